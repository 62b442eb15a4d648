"""Verifies Ed25519 signatures with MicroPython's big integers. Loaded for an update only.

Source: RFC 8032, sections 5.1.3, 5.1.4 and 5.1.7; FIPS 180-4 for SHA-512, which MicroPython's hashlib lacks. Checking
needs no secret, so its time may depend on the data.
"""

_P = (1 << 255) - 19
_ORDER = (1 << 252) + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)  # of -1
_MASK = (1 << 64) - 1


def verify(public_key, message, signature):
    """Whether the 64-byte `signature` of `message` (bytes) is by the owner of the 32-byte `public_key`."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    key = _decode(public_key)
    commitment = _decode(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or scalar >= _ORDER:
        return False
    challenge = int.from_bytes(sha512(signature[:32] + public_key + message), "little") % _ORDER
    # S B - k A is R for a true signature.
    found = _sum_of_products(scalar, _BASE, challenge, _negative(key))
    return _same(found, commitment)


def _recover_x(y, sign):
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    if not square:
        return None if sign else 0
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P:
        return None
    return _P - x if x & 1 != sign else x


def _decode(data):
    y = int.from_bytes(data, "little")
    sign = y >> 255
    y &= (1 << 255) - 1
    if y >= _P:
        return None
    x = _recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % _P)


def _add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % _P
    b = (p[1] + p[0]) * (q[1] + q[0]) % _P
    c = 2 * p[3] * q[3] * _D % _P
    d = 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _double(p):
    a = p[0] * p[0] % _P
    b = p[1] * p[1] % _P
    c = 2 * p[2] * p[2] % _P
    h = a + b
    e = h - (p[0] + p[1]) * (p[0] + p[1]) % _P
    g = a - b
    f = c + g
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _negative(p):
    return _P - p[0], p[1], p[2], _P - p[3]


def _sum_of_products(m, p, n, q):
    both = _add(p, q)
    total = (0, 1, 1, 0)
    bit = 1 << 252
    while bit:
        total = _double(total)
        if m & bit:
            total = _add(total, both if n & bit else p)
        elif n & bit:
            total = _add(total, q)
        bit >>= 1
    return total


def _same(p, q):
    return not ((p[0] * q[2] - q[0] * p[2]) % _P or (p[1] * q[2] - q[1] * p[2]) % _P)


_BASE = _decode(b"\x58" + b"\x66" * 31)


def sha512(data):
    """FIPS 180-4; 64 bytes."""
    state, table = _constants()
    length = len(data)
    data += b"\x80" + bytes(-(length + 17) % 128) + (8 * length).to_bytes(16, "big")
    for at in range(0, len(data), 128):
        state = _block(state, table, data[at : at + 128])
    return b"".join([word.to_bytes(8, "big") for word in state])


def _constants():
    """First 64 bits of the fractional parts of the square roots of 8 primes, and of the cube roots of 80."""
    primes = []
    number = 2
    while len(primes) < 80:
        if all([number % prime for prime in primes]):
            primes.append(number)
        number += 1
    return [_root(p, 2) for p in primes[:8]], [_root(p, 3) for p in primes]


def _root(number, degree):
    wanted = number << 64 * degree
    low, high = 0, 1 << 69
    while high - low > 1:
        middle = (low + high) // 2
        if middle**degree > wanted:
            high = middle
        else:
            low = middle
    return low & _MASK


def _turn(word, bits):
    return (word >> bits | word << 64 - bits) & _MASK


def _block(state, table, block):
    words = [int.from_bytes(block[i : i + 8], "big") for i in range(0, 128, 8)]
    for i in range(16, 80):
        s, t = words[i - 15], words[i - 2]
        s = _turn(s, 1) ^ _turn(s, 8) ^ s >> 7
        t = _turn(t, 19) ^ _turn(t, 61) ^ t >> 6
        words.append(words[i - 16] + s + words[i - 7] + t & _MASK)
    a, b, c, d, e, f, g, h = state
    for i in range(80):
        s = _turn(e, 14) ^ _turn(e, 18) ^ _turn(e, 41)
        t = h + s + (e & f ^ ~e & g) + table[i] + words[i]
        s = _turn(a, 28) ^ _turn(a, 34) ^ _turn(a, 39)
        u = s + (a & b ^ a & c ^ b & c)
        a, b, c, d, e, f, g, h = t + u & _MASK, a, b, c, d + t & _MASK, e, f, g
    return [x + y & _MASK for x, y in zip(state, (a, b, c, d, e, f, g, h))]
