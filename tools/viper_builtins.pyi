# Names that MicroPython's viper emitter knows without an import: pointers into buffers.
from typing import Any as _Any

ptr8 = _Any
ptr16 = _Any
ptr32 = _Any
