#include <cerrno>

/// As on a network disk that is mounted without locks.
extern "C" int flock(int /*descriptor*/, int /*operation*/) {
    errno = ENOLCK;
    return -1;
}
