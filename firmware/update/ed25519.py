"""Verification of Ed25519 signatures with MicroPython's big integers. Loaded for an update only.

Source: RFC 8032, sections 5.1.3, 5.1.4 and 5.1.7; FIPS 180-4 for SHA-512, which MicroPython's hashlib lacks. Checking
needs no secret, so its time may depend on the data.

The check is as strict as Chalkias, Garillot and Nikolaenko, "Taming the many EdDSAs" (2020), require it without the
cofactor: S is below the order; key and R have their one canonical encoding; neither is one of the eight points of small
order, for which a signature of one message would be valid for others too.
"""

from binascii import a2b_base64

_P = (1 << 255) - 19
_LOW = (1 << 255) - 1
_ORDER = (1 << 252) + 27742317777372353535851937790883648493
_D = 0x52036CEE2B6FFE738CC740797779E89800700A4D4141D8AB75EB4DCA135978A3
_ROOT = 0x2B8324804FC1DF0B2B4D00993DFBD7A72F431806AD2FE478C4EE1B274A0EA0B0  # square root of -1
_NEUTRAL = (0, 1, 1, 1)
_BASE = (
    0x216936D3CD6E53FEC0A4E231FDD6DC5C692CC7609525A7B2C9562D608F25D51A,
    1,
    1,
    0x6666666666666666666666666666666666666666666666666666666666666658,
)
_MASK = (1 << 64) - 1
_STEP = 32  # bits of the scalars between two breaths


def verify(
    public_key: bytes, message: bytes, signature: bytes, breathe: "Callable[[], None] | None" = None
) -> bool:
    """Return True if the 64-byte `signature` of `message` (bytes) is by the owner of the 32-byte `public_key`.

    `breathe()` is called every few tenths of a second, to feed a watchdog.
    """
    if len(public_key) != 32 or len(signature) != 64:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    key = _decode(public_key)
    if key is None or _small_order(key) or scalar >= _ORDER:
        return False
    challenge = int.from_bytes(sha512(signature[:32] + public_key + message), "little") % _ORDER
    x, _, _, y = key
    # S B - k A is R for a true signature.
    found = _sum_of_products(scalar, _BASE, challenge, (-x, 1, 1, y), breathe)
    return not _small_order(found) and _encode(found) == signature[:32]


# --- the curve: a point is (E, F, G, H) with x = E / G and y = H / F


def _decode(data: bytes) -> "Point | None":
    """Return the point encoded in 32 bytes; None if there is none, or the encoding is not canonical."""
    y = int.from_bytes(data, "little")
    sign = y >> 255
    y &= _LOW
    if y >= _P:
        return None
    square = y * y % _P
    u, v = square - 1, (_D * square + 1) % _P
    # A root of u / v, if there is one: u v**3 (u v**7)**((p - 5) / 8).
    cube = v * v % _P * v % _P
    x = u * cube % _P * _power(u * cube % _P * cube % _P * v % _P) % _P
    error = v * x % _P * x % _P
    if error != u % _P:
        x = x * _ROOT % _P
        if (error + u) % _P:
            return None
    if not x and sign:
        return None
    if x & 1 != sign:
        x = _P - x
    return x, 1, 1, y


def _power(z: int) -> int:
    """Return z to the power of (p - 5) / 8, that is 2**252 - 3: its bits are ones, except the last but one."""
    ones = {1: z}  # n -> z to the power of n bits, all ones
    for n, m in (
        (2, 1),
        (4, 2),
        (5, 1),
        (10, 5),
        (20, 10),
        (40, 20),
        (50, 10),
        (100, 50),
        (200, 100),
        (250, 50),
    ):
        ones[n] = _squared(ones[n - m], m) * ones[m] % _P
    return _squared(ones[250], 2) * z % _P


def _squared(z: int, times: int) -> int:
    for _ in range(times):
        z = z * z % _P
    return z


def _encode(p: "Point") -> bytes:
    """Return a point's 32 bytes."""
    e, f, g, h = p
    r, s, inverse, other = _P, f * g % _P, 0, 1  # Euclid
    while s:
        q, rest = divmod(r, s)
        r, s, inverse, other = s, rest, other, inverse - q * other
    x, y = e * f * inverse % _P, g * h * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _fold(n: int) -> int:
    """Return a number congruent to `n`, below 262 bits if `n` is below 512: cheaper than a division."""
    return (n & _LOW) + 19 * (n >> 255)


def _double(p: "Point") -> "Point":
    e, f, g, h = p
    x, y, z = e * f % _P, g * h % _P, f * g % _P
    a, b = x * x, y * y
    g = _fold(b - a)
    return _fold(2 * x * y), g - _fold(2 * z * z), g, -_fold(a + b)


def _add(p: "Point", q: "Point") -> "Point":
    """Return the sum of `p` and `q`; `q` is in the form of `_prepared`."""
    e, f, g, h = p
    x, y, z, t = e * f % _P, g * h % _P, f * g % _P, e * h % _P
    a, b, c, d = _fold((y - x) * q[0]), _fold((y + x) * q[1]), _fold(t * q[3]), _fold(z * q[2])
    return b - a, d - c, d + c, b + a


def _prepared(p: "Point") -> "Point":
    e, f, g, h = p
    x, y, z, t = e * f % _P, g * h % _P, f * g % _P, e * h % _P
    return y - x, y + x, 2 * z, 2 * _D * t % _P


def _small_order(p: "Point") -> bool:
    """True if eight times the point is the neutral one."""
    e, f, g, h = _double(_double(_double(p)))
    return not e * f % _P and not (g * h - f * g) % _P


def _odd_multiples(p: "Point") -> "list[Point]":
    """Return 1, 3, 5 and 7 times the point, each in the form of `_prepared`."""
    found = [_prepared(p)]
    twice = _prepared(_double(p))
    for _ in range(3):
        p = _add(p, twice)
        found.append(_prepared(p))
    return found


def _digits(scalar: int) -> bytearray:
    """Return the scalar as 256 digits, 0 or odd from -7 to 7 (plus 8), of which at most one in four is not 0."""
    digits = bytearray(b"\x08" * 256)
    at = 0
    while scalar:
        if scalar & 1:
            digit = scalar & 15
            if digit > 7:
                digit -= 16
            scalar -= digit
            digits[at] = digit + 8
        scalar >>= 1
        at += 1
    return digits


def _sum_of_products(
    m: int, p: "Point", n: int, q: "Point", breathe: "Callable[[], None] | None"
) -> "Point":
    pairs = ((_digits(m), _odd_multiples(p)), (_digits(n), _odd_multiples(q)))
    total = _NEUTRAL
    for at in range(255, -1, -1):
        if breathe and at % _STEP == 0:
            breathe()
        total = _double(total)
        for digits, multiples in pairs:
            digit = digits[at] - 8
            if digit > 0:
                total = _add(total, multiples[digit >> 1])
            elif digit < 0:
                a, b, z, t = multiples[-digit >> 1]
                total = _add(total, (b, a, z, -t))
    return total


# --- SHA-512

# First 64 bits of the fractional parts of the square roots of the first 8 primes, then of the cube roots of 80;
# big-endian, in base64.
_WORDS = a2b_base64(
    b"agnmZ/O8yQi7Z66FhMqnOzxu83L+lPgrpU/1Ol8dNvFRDlJ/reaC0ZsFaIwrPmwfH4PZq/tBvWtb4M0ZE34heUKKL5jX"
    b"KK4icTdEkSPvZc21wPvP7E07L+m126WBidu8OVbCW/NItThZ8RHxtgXQGZI/gqSvGU+bqxxe1dptgRjYB6qYowMCQhKD"
    b"WwFFcG++JDGFvk7ksoxVDH3D1f+04nK+XXTye4lvgN6x/jsWlrGb3AanJccSNcGb8XTPaSaU5JtpwZ7xStLvvkeGOE8l"
    b"4w/BncaLjNW1JAyhzHesnGUt6SxvWSsCdUp0hKpupuSDXLCp3L1B+9R2+YjagxFTtZg+UVLuZt+rqDHGbS20MhCwAyfI"
    b"mPshP79Zf8e+7w7kxuAL8z2oj8LVp5FHkwqnJQbKY1HgA4JvFCkpZwoObnAntwqFRtIv/C4bIThcJskmTSxt/FrEKu1T"
    b"OA0TnZWz32UKc1SLr2PedmoKuzx3sqiBwskuR+2u5pJyLIUUgjU7or/ooUzxA2SoGmZLvEIwAcJLi3DQ+JeRx2xRowZU"
    b"vjDRkugZ1u9SGNaZBiRVZakQ9A41hVdxICoQaqBwMrvRuBmkwRa40tDIHjdsCFFBq1MnSHdM347rmTSwvLXhm0ioORwM"
    b"s8XJWmNO2KpK40GKy1ucyk93Y+NzaC5v89ayuKN0j4LuXe+y/HilY29DFy9ghMh4FKHwq3KMxwIIGmQ57JC+//ojYx4o"
    b"pFBs696Cvem++aP3ssZ5FcZxePLjclMryic+zuomYZzRhrjHIcDCB+rafdbN4Ose9X1Pf+5u0XgG8GeqchdvugpjfcWi"
    b"yJimET+YBL75Da4bcQs1ExxHGyjbd/UjBH2EMsqre0DHJJM8nr4KFcm+vEMdZ8ScEA1MTMXUvss+QrZZfymc/GV+Kl/L"
    b"b6s61vrsbEQZjEpHWBc="
)


def sha512(data: bytes) -> bytes:
    """Return the SHA-512 of `data`, 64 bytes (FIPS 180-4)."""
    state = _words(_WORDS[:64])
    length = len(data)
    data += b"\x80" + bytes(-(length + 17) % 128) + (8 * length).to_bytes(16, "big")
    for at in range(0, len(data), 128):
        state = _block(state, data[at : at + 128])
    return b"".join([word.to_bytes(8, "big") for word in state])


def _words(data: bytes) -> "list[int]":
    return [int.from_bytes(data[i : i + 8], "big") for i in range(0, len(data), 8)]


def _turn(word: int, bits: int) -> int:
    return (word >> bits | word << 64 - bits) & _MASK


def _block(state: "Ints", block: bytes) -> "list[int]":
    words = _words(block)
    a, b, c, d, e, f, g, h = state
    for i in range(80):
        if i > 15:
            s, t = words[1], words[14]
            s = _turn(s, 1) ^ _turn(s, 8) ^ s >> 7
            t = _turn(t, 19) ^ _turn(t, 61) ^ t >> 6
            words.append(words.pop(0) + s + words[8] + t & _MASK)
        at = 64 + 8 * i
        s = _turn(e, 14) ^ _turn(e, 18) ^ _turn(e, 41)
        t = (
            h
            + s
            + (e & f ^ ~e & g)
            + int.from_bytes(_WORDS[at : at + 8], "big")
            + words[min(i, 15)]
        )
        s = _turn(a, 28) ^ _turn(a, 34) ^ _turn(a, 39)
        u = s + (a & b ^ a & c ^ b & c)
        a, b, c, d, e, f, g, h = t + u & _MASK, a, b, c, d + t & _MASK, e, f, g
    return [x + y & _MASK for x, y in zip(state, (a, b, c, d, e, f, g, h))]
