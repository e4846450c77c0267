#pragma once

namespace ballast {

/// The closed choices of a config. Their names, labels and help are in the catalogue, in the same
/// order; what people may add to (data sets, models, losses, class rules) is known by name instead.

/// How the number of training images falls from class to class.
enum class Profile { long_tailed, step, none };

/// The last layer.
enum class HeadKind { linear, cosine, deconfound };

/// The first random weights of a linear head.
enum class HeadInit { kaiming_normal, uniform };

/// How the losses of a batch become one number.
enum class Reduction { weighted_mean, mean };

/// Which training images an epoch sees.
enum class Sampling { instance, square_root, class_balanced, progressive };

/// Which parameters a phase trains.
enum class Trainable {
    all,
    backbone,
    head,
    head_and_scale,
    head_scale,
    calibration,
    gated_calibration,
    none
};

/// What a phase's loss is of: the labels alone, or a teacher's answers too.
enum class Targets { labels, labels_and_teacher };

/// How far the labels of a class are smoothed, by its number of images.
enum class Smoothing { none, concave, linear, convex };

/// Whether a batch's images are mixed in pairs, and how a pair's labels are.
enum class Mixing { none, mixup, remix };

/// What becomes of a frozen backbone's batch statistics.
enum class BatchStatistics { kept, adapting };

/// What happens to the head as a phase begins.
enum class HeadStart { keep, reinitialise, tau_normalise, class_means };

/// How the learning rate falls after the warm-up.
enum class LrKind { steps, cosine };

/// What a phase does to the schedule of the learning rate as it begins.
enum class PhaseSchedule { continued, constant, cosine };

/// How SGD steps along its momentum.
enum class MomentumForm { heavy_ball, nesterov };

/// How features and convolutions may be rounded.
enum class Convolution { exact, fast, bfloat16 };

/// Whose images batch normalisation is over where a batch is divided: each process's, or all.
enum class BatchNormOver { process, batch };

/// The data that choose the best epoch.
enum class Selection { test, validation };

}  // namespace ballast
