#include "core/learning/parallel/ranks.h"

#include <algorithm>
#include <map>

#include "core/base/error.h"

namespace ballast {

Ranks::Ranks(const ProcessRank& where)
    : share_{where.rank, where.size},
      meeting_(openMeetingPlace(where)),
      patience_(where.patience) {}

std::optional<std::string> Ranks::introduction(const std::string& text) {
    return meeting_ ? meeting_->fromFirst(text) : text;
}

void Ranks::join() {
    if (group_) return;
    if (meeting_) group_ = meeting_->join();
    last_told_ = std::chrono::steady_clock::now();
}

void Ranks::combine(torch::Tensor& values, Combination how) const {
    if (!group_) return;
    const torch::NoGradGuard no_grad;
    torch::Tensor exchanged = values.to(torch::kCPU).contiguous();
    group_->combine(exchanged, how);
    if (!exchanged.is_same(values)) values.copy_(exchanged);
}

torch::Tensor Ranks::whole(const torch::Tensor& rows, std::int64_t n) const {
    if (!group_) return rows;
    const torch::NoGradGuard no_grad;
    std::vector<std::int64_t> sizes = rows.sizes().vec();
    sizes.front() = n;
    torch::Tensor all = torch::zeros(sizes, rows.options().requires_grad(false));
    all.narrow(0, share_.begin(n), share_.count(n)).copy_(rows);
    sum(all);
    return all;
}

void Ranks::takeFromFirst(std::span<const torch::Tensor> tensors) const {
    if (!group_) return;
    const torch::NoGradGuard no_grad;
    std::map<torch::ScalarType, std::vector<torch::Tensor>> of_type;  // each is sent as one
    for (const torch::Tensor& each : tensors) of_type[each.scalar_type()].push_back(each);
    for (const auto& [type, same] : of_type) {
        std::vector<torch::Tensor> flat;
        for (const torch::Tensor& each : same) flat.push_back(each.detach().reshape({-1}).cpu());
        torch::Tensor all = torch::cat(flat);
        group_->fromFirst(all);
        if (first()) continue;
        std::int64_t at = 0;
        for (const torch::Tensor& each : same) {
            each.detach().copy_(all.narrow(0, at, each.numel()).view(each.sizes()));
            at += each.numel();
        }
    }
}

std::string Ranks::textOfFirst(const std::string& text) const {
    if (!group_) return text;
    torch::Tensor size = torch::full({1}, static_cast<std::int64_t>(text.size()), torch::kInt64);
    group_->fromFirst(size);
    torch::Tensor bytes = torch::empty({size.item<std::int64_t>()}, torch::kUInt8);
    if (first()) std::ranges::copy(text, bytes.data_ptr<std::uint8_t>());
    if (bytes.numel() > 0) group_->fromFirst(bytes);
    const auto* data = bytes.data_ptr<std::uint8_t>();
    return {data, data + bytes.numel()};
}

void Ranks::tell(Command command) {
    if (!group_) return;
    exchange(static_cast<std::int64_t>(command), false);
    last_told_ = std::chrono::steady_clock::now();
}

void Ranks::keepInTouch() {
    constexpr int kWordsInTime = 8;
    const auto pause = std::chrono::milliseconds(patience_) / kWordsInTime;
    if (!group_ || std::chrono::steady_clock::now() - last_told_ < pause) return;
    tell(Command::wait);
}

Command Ranks::hear(bool stop) {
    return static_cast<Command>(exchange(0, stop));
}

std::int64_t Ranks::exchange(std::int64_t command, bool stop) {
    torch::Tensor words = torch::tensor({command, std::int64_t{stop}}, torch::kInt64);
    group_->combine(words, Combination::most);
    stop_asked_ = stop_asked_ || words[1].item<std::int64_t>() != 0;
    return words[0].item<std::int64_t>();
}

}  // namespace ballast
