"""Names that MicroPython itself holds in flash: of its core and the modules that its ESP32 and unix ports have.

As the spelling of a firmware's name they cost no heap. None of them is looked for by the VM in objects that are not its
own. One that a port lacks costs what any other name costs.
"""

NAMES = tuple(
    """
AF_INET AF_INET6 ARRAY AUTO ArithmeticError AssertionError AttributeError BFINT16 BFINT32 BFINT8 BFUINT16
BFUINT32 BFUINT8 BF_LEN BF_POS BIG_ENDIAN BaseException BytesIO CERT_NONE CERT_OPTIONAL CERT_REQUIRED DeflateIO
EOFError FLOAT32 FLOAT64 FrameBuffer FrameBuffer1 GS2_HMSB GS4_HMSB GS8 GZIP GeneratorExit INT16 INT32 INT64
INT8 IOBase ImportError IndentationError IndexError KeyboardInterrupt LITTLE_ENDIAN LONGLONG LockType
LookupError MBEDTLS_VERSION MONO_HLSB MONO_HMSB MONO_VLSB MVLSB NATIVE NameError NoneType NotImplemented
NotImplementedError OrderedDict PROTOCOL_TLS_CLIENT PROTOCOL_TLS_SERVER PTR PinBase RAW RGB565 RingIO SOCK_DGRAM
SOCK_RAW SOCK_STREAM SOL_SOCKET SO_BROADCAST SO_KEEPALIVE SO_REUSEADDR SSLContext SSLSocket Signal
StopAsyncIteration StopIteration SyntaxError TextIOWrapper UINT UINT16 UINT32 UINT64 UINT8 ULONG ULONGLONG
USHORT VOID ViperTypeError ZLIB abs_tol accept acos acosh acquire addressof aes allocate_lock appendleft argv
asin asinh atanh auth b2a_base64 bin bind blit bound_method buffering builtins bytearray_at bytecode byteorder
bytes_at callable ceil center chr cipher closure cmath compile complex copysign cosh decrypt deflate deleter
dest dict_view difference_update dir disable discard do_handshake_on_connect doc dump dumps ellipse enable
encrypt erf erfc eval exc_info exec execfile exp expm1 fabs factorial fill_rect fmod framebuf frexp fromkeys
frozenset function gamma generator get_ciphers get_ident getaddrinfo getcwd getrandbits getter heap_lock
heap_unlock heapify heappop heappush heapq help hline imag implementation indices inf intersection
intersection_update invert isalpha isclose isdisjoint isenabled isfinite isinf islower isnan isspace issubclass
issubset issuperset isupper iterable iterator json keepends ldexp lgamma libc_ver listen load_cert_chain
load_verify_locations locals log10 log2 lookahead lstrip makefile maxsize md5 mem mem16 mem32 mem8 mem_alloc
mem_info modf mtime namedtuple nan native newline oct opt_level ord pend_throw phase pixel platform polar poly
popitem pow print progsize ps1 ps2 ptr qstr_info randint random randrange readlines readonly readsize rect recv
recv_into recvfrom rel_tol repr reverse rindex schedule scroll seed sendall sendto sep separators
server_hostname server_side set_ciphers setattr setblocking setdefault setsockopt setter settimeout sha1 single
sinh sizeof socket soft_reset splitlines stack_size stack_use start_new_thread staticmethod stderr strip
symmetric_difference symmetric_difference_update tanh time_pulse_us tls trunc uctypes uint uniform union urandom
verify_callback verify_mode version_info vline websocket wrap_socket
""".split()
)
