#pragma once

namespace ballast {

/// A TCP port of this machine that nothing listens on now; 0 where there is none.
int freePort();

}  // namespace ballast
