#pragma once

#include <torch/torch.h>

#include <string>

namespace ballast {

/// "auto", "cpu", "cuda", "cuda:N" -> a device this machine has. Throws DeviceError naming `field`
/// and saying what there is instead.
torch::Device resolveDevice(const std::string& name, const std::string& field = "/training/device");

/// Sets the number of threads that tensor code uses when called from this thread (OpenMP, ATen and,
/// where it is there, OpenBLAS, which ATen does not limit), and makes results repeatable.
/// Call it first thing in a training thread.
void prepareThread(int threads);

}  // namespace ballast
