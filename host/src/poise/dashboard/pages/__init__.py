"""The pages, one module each. `register` gives NiceGUI their addresses."""


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
        ui.page(address)(page)
