"""The pages, one module each. `register` gives NiceGUI their addresses."""

# A page is late on a busy computer, and no error: NiceGUI gives up after 3 s by itself.
PATIENCE_S = 60.0


def register() -> None:
    """Once in a process."""
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
