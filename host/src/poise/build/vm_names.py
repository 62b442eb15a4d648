"""Names that every MicroPython has built in: they take nothing of the heap, and its own objects use them."""

# Of the .mpy format: in the read-only memory of every VM that can load one.
_STATIC = """
ArithmeticError AssertionError AttributeError BaseException EOFError Ellipsis Exception GeneratorExit ImportError
IndentationError IndexError KeyError KeyboardInterrupt LookupError MemoryError NameError NoneType
NotImplementedError OSError OverflowError RuntimeError StopIteration SyntaxError SystemExit TypeError ValueError
ZeroDivisionError abs all any append args bool builtins bytearray bytecode bytes callable chr classmethod clear
close const copy count dict dir divmod end endswith eval exec extend find format from_bytes get getattr globals
hasattr hash id index insert int isalpha isdigit isinstance islower isspace issubclass isupper items iter join key
keys len list little locals lower lstrip main map micropython next object open ord pop popitem pow print range read
readinto readline remove replace repr reverse rfind rindex round rsplit rstrip self send sep set setattr setdefault
sort sorted split start startswith staticmethod step stop str strip sum super throw to_bytes tuple type update upper
value values write zip
"""
# In the read-only memory of the ESP32 and unix ports: of MicroPython's core and the modules that both have.
_PORTS = """
a2b_base64 abs_tol accept acos acosh acquire add addressof aes allocate_lock appendleft argv array asin asinh atan
atan2 atanh auth b2a_base64 bin binascii bind blit bound_method buf buffer buffering bytearray_at byteorder bytes_at
calcsize cancel ceil center choice cipher closure cmath code collect collections compile complex connect copysign
cos cosh crc32 decode decrypt default deflate degrees delattr deleter deque dest dict_view difference
difference_update digest disable discard do_handshake_on_connect doc done dump dumps ellipse enable encode encoding
encrypt enumerate erf erfc exc_info exception execfile exit exp expm1 fabs factorial fileno fill fill_rect filter
flags float floor fmod framebuf frexp fromhex fromkeys frozenset function gamma gc generator get_ciphers get_ident
getaddrinfo getcwd getrandbits getter getvalue gmtime group handler hashlib heap_lock heap_unlock heapify heappop
heappush heapq help hex hexlify hline idle imag implementation indices inf intersection intersection_update invert
io ipoll isclose isdisjoint isenabled isfinite isinf isnan issubset issuperset iterable iterator json kbd_intr
keepends ldexp lgamma libc_ver line listen load load_cert_chain load_verify_locations loads localtime lock locked
log log10 log2 lookahead loop makefile match math max maxsize md5 mem mem16 mem32 mem8 mem_alloc mem_free mem_info
memoryview min mkfs mktime mode modf modify module modules mtime namedtuple nan newline oct off on opt_level os pack
pack_into partition path peek pend_throw phase pi pixel platform polar poll poly popleft print_exception progsize
ps1 ps2 push put qstr_info radians randint random randrange rb re readlines readonly readsize real rect recv
recv_into recvfrom register rel_tol release reversed rpartition run schedule scroll search seed select sendall
sendto separators server_hostname server_side set_ciphers setblocking setsockopt setter settimeout sha1 sha256 sin
single sinh sizeof sleep sleep_ms sleep_us slice socket soft_reset splitlines sqrt src stack_size stack_use
start_new_thread stderr stdin stdout stream struct sub symmetric_difference symmetric_difference_update sync sys
system tan tanh tau text threshold ticks_add ticks_cpu ticks_diff ticks_ms ticks_us time time_ns time_pulse_us
timeout tls trunc uctypes unhexlify uniform union unpack unpack_from unregister urandom verify_callback verify_mode
version version_info vfs vline wb websocket wrap_socket
"""
# Of modules, types and functions of MicroPython 1.25 with its ESP32 and unix ports, and of its asyncio.
_OTHERS = """
ADCBlock BufferedWriter BytesIO CancelledError DeflateIO ESPNowBase Endpoint Event FileIO FrameBuffer FrameBuffer1
IOBase IOQueue Lock LockType Loop NotImplemented OrderedDict Partition Pin PinBase RemoteProc RingIO SDCard
SSLContext SSLSocket Server Signal SingletonGenerator SoftI2C SoftSPI StopAsyncIteration Stream StringIO Task
TaskQueue TextIOWrapper ThreadSafeFlag TimeoutError Timer TouchPad USBDevice UnicodeError VfsFat VfsLfs1 VfsLfs2
VfsPosix VfsRom ViperTypeError VirtIODev _Remove _asdict _asyncio _build _dequeue _enqueue _espnow _exc_handler
_io_queue _machine _mpy _onewire _promote_to_task _run _serve _stopper _task_queue _thread _v2 _webrepl a2b_base64
abs_tol accept aclose acos acosh acquire active add_peer addr addr4 addr6 addr_mode addressof addrsize adv_data aes
align alloc_emergency_exception_buf allocate_lock antenna appendleft arg argv array as_bytearray asin asinh asm_rv32
asm_thumb asm_xtensa asr atan atan2 atanh atexit atten attr auth authmode autoconf6 aw awrite awritestr aws
b2a_base64 backlog baudrate big bin binascii bind bits bitstream bitstream_channel blit block block_size bluetooth
board bond bootloader bound_method bssid btree buf buffer buffering builtin_driver bytearray_at byteorder bytes_at
cachesize calcsize call call_exception_handler callback callx0 cancel cb cd ceil center cfun channel chdir child
choice cipher clock clock_div closure cls clz cmath cmd cmp co_code co_consts co_filename co_firstlineno co_lnotab
co_name co_names code collect collections commit compile complex config connect connectable context control_xfer_cb
copysign coro cos cosh country crc32 crc8 create_task cryptolib cs cts cur_task current_task data datetime decode
decrypt deepsleep default default_exception_handler deflate degrees deinit del_peer delattr deleter deque desc_cfg
desc_dev desc_strs dest dhcp dhcp4 dhcp6 dhcp_hostname dht_readinto dict_view difference difference_update digest
disable disable_irq discard disconnect div divu dns do_handshake_on_connect doc done drain drive dt dump dumps
dupterm dupterm_notify duty duty_ns duty_u16 ecdsa_sign_callback ellipse enable enable_irq encode encoding encrypt
entry enumerate env ep_max er erase_key erf erfc errno errorcode esp esp32 essid exc exc_info exc_type exception
execfile executable exit exp expm1 extra_coverage extra_cpp_coverage f_back f_code f_globals f_lasti f_lineno fabs
factorial feed ffi fficallback ffifunc ffimod ffivar file fileno fill fill_rect filter firstbit flags flash_erase
flash_read flash_size flash_user_start flash_write float floor flow flush fmod frame framebuf freq frexp fromhex
fromkeys frozenset func function fw_version gamma gap_advertise gap_connect gap_disconnect gap_name gap_pair
gap_passkey gap_scan gather gattc_discover_characteristics gattc_discover_descriptors gattc_discover_services
gattc_exchange_mtu gattc_read gattc_write gatts_indicate gatts_notify gatts_read gatts_register_services
gatts_set_buffer gatts_write gc generator get_blob get_ciphers get_event_loop get_exception_handler get_extra_info
get_i32 get_ident get_next_update get_peer get_peers getaddrinfo getcwd getenv getpeercert getrandbits getsizeof
getter getvalue gmtime gp gpio_deep_sleep_hold gpio_matrix_in gpio_matrix_out group groups gw4 h1 h2 handler hard
has_autoconf6 has_dhcp4 hashlib hci_cmd heap heap_lock heap_locked heap_unlock heapify heappop heappush heapq help
hex hexlify hidden hline hold host hostname ibuf idf_heap_info idle idle_level idx ifconfig ifidx ifname ilistdir
imag implementation indices inet_ntop inet_pton inf info init input integer intern intersection intersection_update
interval_us invert io ioctl ipconfig ipoll irq is_ready is_set isclose isconnected isdisjoint isenabled isfinite
isinf isnan issubset issuperset itemsize iterable iterator itf_max jclass jmethod jni jobject json jx kbd_intr
keepends l2cap_connect l2cap_disconnect l2cap_listen l2cap_recvinto l2cap_send la label ldexp ldr ldrb ldrex ldrh
le_secure level lgamma libc_ver lightsleep line listdir listen lmk load load_binary load_cert_chain
load_verify_locations loads localtime lock locked log log10 log2 lookahead loop lsl lsr lwip mac machine main_task
makefile mark_app_valid_cancel_rollback marshal match math max max_clients maxsize mck mcu_temperature md5 mdc mdio
mem mem16 mem32 mem8 mem_alloc mem_current mem_free mem_info mem_peak mem_total memaddr memory memoryview min
minkeypage miso mitm mkdir mkfs mktime mod_peer mode modf modify module modules monitor mosi mount mov mov_n mrs
mtime mtu mulh mulhsu mulhu mull mv name namedtuple nan native network new_event_loop new_service_callback newline
nina node nodename nop oct off offset on onewire opaqueval opcode open_connection open_itf_cb openamp opt_level os
osdebug out_buf pack pack_into pagesize parity partition passive password path peek peer_count peers_table
pend_throw period ph_child ph_child_last ph_delete ph_key ph_meld ph_next ph_pairing ph_rightmost_parent phase
phy_addr phy_type pi pin pins pixel platform pm polar polarity poll poller poly popleft port power prefer preview
print_exception print_pcbs progsize property protocol ps1 ps2 ptr ptr16 ptr32 ptr8 pull push put putenv pystack_use
python_compiler qstr_info queue_read queue_write ra radians randint random randrange rate raw_temperature rb rbit re
read1 read_u16 read_uv readbit readblocks readbyte readchar readexactly readfrom readfrom_into readfrom_mem
readfrom_mem_into readlines readonly readsize real reconnects rect recv recv_into recvfrom recvinto ref_clk
ref_clk_mode register regs rel_tol release rem remote_wakeup remu rename req reset reset_cause reset_cb resp_data
ret_n return_exceptions reversed rmdir rom_ioctl route rpartition rssi rts run run_forever run_until_complete
runq_len rx rxbuf scan schedule sck scl scroll sd sda sdiv search security seed seek select send_ethernet sendall
sendbreak sendto separators seq server_hostname server_side set_blob set_boot set_buf set_ciphers set_error
set_exception_handler set_i32 set_pmk set_wakeup_period setblocking setraw setsockopt setter settimeout settrace
sgen sha1 sha256 shift shutdown sin single sinh sizeof sleep sleep_ms sleep_us slice slip slot sockaddr socket
soft_reset source_freq sp span spi splitlines sqrt src ssid ssl stack_size stack_use stall start_new_thread
start_server stat state stations stats status statvfs stderr stdin stdout stest_fileio stest_textio2 str_max strb
stream stream_awrite strex strh struct sub submit_xfer subtype symmetric_difference symmetric_difference_update sync
sys sysname system sz tan tanh task tau tb tcgetattr tcsetattr tell termios text threshold tick_hz ticks ticks_add
ticks_cpu ticks_diff ticks_ms ticks_us time time_ns time_pulse_us timeout timeout_char timeout_ms tls toggle tp
trace tracebacklimit trigger trunc tx tx_carrier txbuf txdone txpower uctypes udiv uint umount uname unhexlify
uniform union unique_id unlink unpack unpack_from unregister unsetenv urandom user username usys var vcvt_f32_s32
vcvt_s32_f32 verify_callback verify_mode version version_info vfs viper vline wait wait_closed wait_done wait_for
wait_for_ms wait_io_event waiter waiting waitq_len wake wake_on_ext0 wake_on_ext1 wake_on_touch wake_on_ulp
wake_reason wb websocket wfi width wp wrap_socket write1 write_pulses write_readinto writebit writeblocks writebyte
writechar writeto writeto_mem writevto ws xfer_cb zero
"""

STATIC = tuple(_STATIC.split())
PORTS = tuple(_PORTS.split())
OTHERS = frozenset(_OTHERS.split())
