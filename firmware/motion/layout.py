"""Layout of the attitude kernel's two int32 arrays, STATE and COEFF: the index of each value.

Q formats, ranges and bounds: docstrings of `motion.kernels` and `motion.bias`. These modules repeat the few numbers
they need as `const`, which MicroPython folds only inside one file; a test compares them with the numbers here.
"""

# STATE: values that the filter carries from sample to sample. Vectors are x, y, z in the sensor frame.
GRAVITY = 0  # low-passed specific force
SLOPE = 3  # its rate of change, in units of g times the filter's corner frequency
RESIDUE = 6  # rotation that was too small to apply yet
BIAS = 9  # gyroscope bias
MEAN = 12  # slow mean of the rate, bias included, for rest detection
ROTATION = 15  # integrated rotation about up
COUNT = 16  # samples since start, stops at START_SAMPLES
REST = 17  # samples since rest began, 0 when not at rest

# STATE: results of a burst.
UP = 18  # unit up vector in the sensor frame
FLEXION_CDEG = 21
LATERAL_CDEG = 22
INCLINATION_CDEG = 23
ROTATION_CDEG = 24
GYRO_RMS_CDPS = 25
ACC_DEVIATION_MG = 26
ACC_NORM_MG = 27
FLAGS = 28  # FLAG_* of this burst
SATURATED = 29  # saturated samples since start

# STATE: sums over a burst, from `attitude_burst` to `attitude_outputs`.
SUM_RATE = 30
SUM_ACC = 33
SUM_RATE_SQUARE = 36
SUM_DEVIATION = 37
SAMPLES = 38
CORDIC = 39  # x, y of flexion, lateral, inclination
FORCE = 45  # slow mean of the specific force at rest
FORCE_BEFORE = 48  # FORCE when the window began
WINDOW = 51  # angle turned since the window began
WINDOW_MEAN = 54  # WINDOW with the delay of FORCE
WINDOW_SAMPLES = 57
COVARIANCE = 58  # of the bias estimate, 3 x 3 by rows; 0: never estimated
COVARIANCE_Q2 = 67  # the same at the burst's begin
FOUND = 76  # what a burst or a window says of the bias
UNSEEN = 79  # in motion covariance x up, at rest each axis' share of the variance that remains
STATE_SIZE = 82

# COEFF: from `motion.design`.
GYRO_GAIN = 0
ACC_GAIN = 1
ACC_SHIFT = 2
FILTER_GAIN = 3
FILTER_SHIFT = 4
START_SAMPLES = 5
ANGLE_SHIFT = 6  # rotation per sample squared to Q16
CROSS_SHIFT = 7  # first cross product to the vector's Q27
CROSS2_SHIFT = 8  # second cross product to Q27; also rotation to Q13
TURN = 9  # a full turn in the unit of ROTATION
RMS_GAIN = 10
RMS_SHIFT = 11
REST_SAMPLES = 12
REST_VARIANCE = 13
REST_DRIFT = 14
REST_DEVIATION_MG = 15
BIAS_LIMIT = 16
BIAS_GAIN = 17
BIAS_SHIFT = 18
UPRIGHT = 19  # the wearer's right, forward and up at the upright in the sensor frame: 9 x Q14
ATAN = 28  # 16 angles of the CORDIC
VARIANCE_RISE = 44  # of the bias estimate's variance a sample
VARIANCE_FALL = 45
VARIANCE_FALL_SHIFT = 46
REST_GAIN = 47  # a sample and unit of variance
MEAN_GAIN = 48  # a sample
BRIDGE_SAMPLES = 49
COEFF_SIZE = 50

# FLAGS
FLAG_ACC_SATURATED = 1
FLAG_GYRO_SATURATED = 2
FLAG_NO_GRAVITY = 4  # the low-passed force is under 0.1 g: UP is the last valid one
FLAG_CLAMPED = 8  # the filter met its bound of 4 g

MAX_BURST = 32  # samples in one call
