"""The main job on the twin: a story that plays the whole chain and then checks what each witness saw."""
