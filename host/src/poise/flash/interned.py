"""Names that MicroPython itself holds in flash: of its core and the modules that its ESP32 and unix ports have.

As the spelling of a firmware's name they cost no heap. None of them is looked for by the VM in objects that are not its
own. One that a port lacks costs what any other name costs.
"""

_TEXT = """
AF_INET AF_INET6 ARRAY AUTO ArithmeticError AssertionError AttributeError BFINT16 BFINT32 BFINT8 BFUINT16
BFUINT32 BFUINT8 BF_LEN BF_POS BIG_ENDIAN BaseException BytesIO CERT_NONE CERT_OPTIONAL CERT_REQUIRED
CancelledError DeflateIO EOFError Exception FLOAT32 FLOAT64 FrameBuffer FrameBuffer1 GS2_HMSB GS4_HMSB GS8 GZIP
GeneratorExit INT INT16 INT32 INT64 INT8 IOBase ImportError IndentationError IndexError KeyError
KeyboardInterrupt LITTLE_ENDIAN LONG LONGLONG LockType LookupError MBEDTLS_VERSION MONO_HLSB MONO_HMSB MONO_VLSB
MVLSB MemoryError NATIVE NameError NoneType NotImplemented NotImplementedError OSError OrderedDict OverflowError
POLLERR POLLHUP POLLIN POLLOUT PROTOCOL_TLS_CLIENT PROTOCOL_TLS_SERVER PTR PinBase RAW RGB565 RingIO
RuntimeError SHORT SOCK_DGRAM SOCK_RAW SOCK_STREAM SOL_SOCKET SO_BROADCAST SO_KEEPALIVE SO_REUSEADDR SSLContext
SSLSocket Signal StopAsyncIteration StopIteration StringIO SyntaxError SystemExit Task TaskQueue TextIOWrapper
TypeError UINT UINT16 UINT32 UINT64 UINT8 ULONG ULONGLONG USHORT UnicodeError VOID ValueError ViperTypeError
ZLIB ZeroDivisionError a2b_base64 abs abs_tol accept acos acosh acquire add addressof aes all allocate_lock any
appendleft argv array asin asinh atan atan2 atanh auth b2a_base64 bin binascii bind blit bound_method buf buffer
buffering builtins bytearray bytearray_at byteorder bytes bytes_at calcsize callable cancel ceil center choice
chr cipher clear closure cmath code collect collections compile complex connect copysign cos cosh count crc32
decode decrypt default deflate degrees delattr deleter deque dest dict dict_view difference difference_update
digest dir disable discard divmod do_handshake_on_connect doc done dump dumps e ellipse enable encode encoding
encrypt end endswith enumerate erf erfc eval exc_info exception exec execfile exit exp expm1 extend fabs
factorial fileno fill fill_rect filter find flags float floor fmod format framebuf frexp from_bytes fromhex
fromkeys frozenset function gamma gc generator get get_ciphers get_ident getaddrinfo getattr getcwd getrandbits
getter getvalue globals gmtime group handler hasattr hash hashlib heap_lock heap_unlock heapify heappop heappush
heapq help hex hexlify hline id idle imag implementation indices inf insert intersection intersection_update
invert io ipoll isalpha isclose isdigit isdisjoint isenabled isfinite isinf isinstance islower isnan isspace
issubclass issubset issuperset isupper iter iterable iterator join json kbd_intr keepends key ldexp len lgamma
libc_ver line list listen little load load_cert_chain load_verify_locations loads locals localtime lock locked
log log10 log2 lookahead loop lower lstrip makefile map match math max maxsize md5 mem mem16 mem32 mem8
mem_alloc mem_free mem_info memoryview min mkfs mktime mode modf modify module modules mtime namedtuple nan
newline next oct off on opt_level ord os pack pack_into partition path peek pend_throw phase pi pixel platform
polar poll poly popitem popleft pow print_exception progsize ps1 ps2 push put qstr_info r radians randint random
randrange range rb re readlines readonly readsize real rect recv recv_into recvfrom register rel_tol release
replace repr reverse reversed rfind rindex round rpartition rsplit rstrip run schedule scroll search seed select
self sendall sendto sep separators server_hostname server_side set set_ciphers setattr setblocking setdefault
setsockopt setter settimeout sha1 sha256 sin single sinh sizeof sleep sleep_ms sleep_us slice socket soft_reset
sort sorted split splitlines sqrt src stack_size stack_use start_new_thread startswith stderr stdin stdout step
stop str stream strip struct sub sum symmetric_difference symmetric_difference_update sync sys system tan tanh
tau text threshold ticks_add ticks_cpu ticks_diff ticks_ms ticks_us time time_ns time_pulse_us timeout tls
to_bytes trunc tuple type uctypes unhexlify uniform union unpack unpack_from unregister upper urandom
verify_callback verify_mode version version_info vfs vline wb websocket wrap_socket zip
"""
NAMES = tuple(_TEXT.split())
