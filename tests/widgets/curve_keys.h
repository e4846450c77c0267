#pragma once

#include "widgets/panels.h"

namespace ballast {

/// The curves of the paper's panels.
inline constexpr CurveKey kMajorityAccuracy{"training-accuracy", "majority"};
inline constexpr CurveKey kMinorityAccuracy{"training-accuracy", "minority"};
inline constexpr CurveKey kExactMajorityAccuracy{"training-accuracy", "exact majority"};
inline constexpr CurveKey kExactMinorityAccuracy{"training-accuracy", "exact minority"};
inline constexpr CurveKey kMinLogitHighest{"min-logit", "highest"};
inline constexpr CurveKey kMinLogitLowest{"min-logit", "lowest"};
inline constexpr CurveKey kMinLogitMajority{"min-logit", "majority"};
inline constexpr CurveKey kMinLogitMinority{"min-logit", "minority"};
inline constexpr CurveKey kExactMinLogitMajority{"min-logit", "exact majority"};
inline constexpr CurveKey kExactMinLogitMinority{"min-logit", "exact minority"};
inline constexpr CurveKey kAccuracyRatio{"accuracy-ratio", "ratio"};
inline constexpr CurveKey kExactAccuracyRatio{"accuracy-ratio", "exact ratio"};
inline constexpr CurveKey kBalancedTestAccuracy{"balanced-test-accuracy", "test"};

}  // namespace ballast
