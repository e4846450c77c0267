#pragma once

#include "core/experiment/config.h"
#include "tests/core/data/jpeg_folder.h"

namespace ballast {

/// A small config over these images, one phase and a constant learning rate, for FakeLearning.
inline RunConfig scriptedConfig(const JpegFolder& images, int epochs) {
    RunConfig config;
    config.name = "run";
    config.data = images.config(16);
    config.model.name = "resnet8";
    config.lr_schedule.warmup_epochs = 0;
    config.lr_schedule.steps = {};
    config.training.epochs = epochs;
    config.training.augmentation = "resized-crop-jitter";
    config.training.batch_size = 8;
    config.training.device = "cpu";
    return config;
}

}  // namespace ballast
