import os, struct
_fd = int(os.getenv("POISE_TWIN_FD"))
_f = open(_fd, "r+b")
_h = {}
def call(op, payload=b""):
    _f.write(struct.pack("<BH", op, len(payload)) + payload)
    head = _f.read(3)
    if len(head) < 3: raise SystemExit
    st, n = struct.unpack("<BH", head)
    body = _f.read(n) if n else b""
    if st: raise OSError(st)
    return body
def on(code, handler): _h[code] = handler
def wait(dt_us):
    body = call(1, struct.pack("<I", dt_us))
    at = 8
    while at < len(body):
        code, n = struct.unpack_from("<BH", body, at)
        at += 3
        p = body[at:at+n]; at += n
        if code in _h: _h[code](p)
