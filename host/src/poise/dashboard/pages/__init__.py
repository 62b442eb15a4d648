"""The pages, one module each. `register` gives NiceGUI their addresses."""

# On a busy computer a page may be late without an error; NiceGUI's own limit is 3 s.
PATIENCE_S = 60.0


def register() -> None:
    """Register all pages with NiceGUI, once in a process."""
    from nicegui import ui

    from . import clip, diary, exercise, help_, plan, today, trends

    for address, page in (
        ("/", today.page),
        ("/exercise", exercise.page),
        ("/diary", diary.page),
        ("/trends", trends.page),
        ("/plan", plan.page),
        ("/clip", clip.page),
        ("/help", help_.page),
    ):
        ui.page(address, response_timeout=PATIENCE_S)(page)
