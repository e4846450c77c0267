#pragma once

#include <ostream>

#include "core/results/run_folder.h"

namespace ballast {

// Every number of every epoch as CSV, in full (numbers read back as they were; empty: missing or
// of no meaning in that row), each number once. A row says where it comes from by `source`:
//
//   source      class  what stands in the row
//   epoch              learning_rate, weight_decay, loss, balanced_test_accuracy, many, medium,
//                      few, balanced_validation_accuracy
//   streaming          majority_accuracy, minority_accuracy, accuracy_ratio on training data, from
//                      the training passes with augmentation
//   streaming   0 …    accuracy, min_logit, min_margin, lipschitz, observed_lipschitz, bound_term
//   exact              the same as streaming, in evaluation mode; only in epochs that measured it
//   exact       0 …
//   test        0 …    accuracy
//   validation  0 …    accuracy; only with a validation split
//   terms              nu, tau; only where the run has chosen one
//   terms       0 …    kappa; only with estimated class rules
//   teacher     0 …    teacher_mean, of its probabilities over the epoch's images; only with one
//
// All rows: run (its ID), name, dataset, profile, ratio, seed, epoch (from 0, as in epochs.jsonl)
// and phase (from 0); rows of a class also class, class_images, its training images, and at their
// end class_name, where it has one.

/// The line of column names.
void writeCsvHeader(std::ostream& out);

/// All rows of a run.
void writeCsv(const RunSummary& run, std::ostream& out);

}  // namespace ballast
