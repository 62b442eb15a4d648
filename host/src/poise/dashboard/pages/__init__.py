"""The pages, one module each. `register` gives NiceGUI their addresses."""

# On a busy computer a page may be late without an error; NiceGUI's own limit is 3 s.
PATIENCE_S = 60.0


def register() -> None:
    """Register all pages with NiceGUI, once in a process."""
    from nicegui import Client, app, ui

    from ..context import context
    from ..reportpart import add_report
    from . import clip, diary, exercise, help_, plan, setup, today, trends

    add_report(app)

    def first(client: Client) -> None:
        """Draw the page that leads a new user, until Poise is set up; then Today."""
        leads = context().setup
        (setup.page if leads and leads.leads else today.page)(client)

    for address, page in (
        ("/", first),
        ("/setup", setup.page),
        ("/exercise", exercise.page),
        ("/diary", diary.page),
        ("/trends", trends.page),
        ("/plan", plan.page),
        ("/clip", clip.page),
        ("/help", help_.page),
    ):
        ui.page(address, response_timeout=PATIENCE_S)(page)
