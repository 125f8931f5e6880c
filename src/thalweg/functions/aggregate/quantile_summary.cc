#include "thalweg/functions/aggregate/quantile_summary.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "thalweg/functions/aggregate/aggregate_support.h"

namespace thalweg::functions {
namespace {

constexpr size_t kBufferValues = 50000;
constexpr size_t kCompressAtSamples = 10000;

/// Numbers as Java's Double.compare() orders them: NaN last, -0.0 before 0.0.
bool Before(double left, double right) {
  if (std::isnan(left) || std::isnan(right)) return !std::isnan(left) && std::isnan(right);
  if (left == right) return std::signbit(left) && !std::signbit(right);
  return left < right;
}

}  // namespace

void QuantileSummary::Add(double value) {
  buffer_.push_back(value);
  compressed_ = false;
  if (buffer_.size() < kBufferValues) return;
  TakeInBuffer();
  if (samples_.size() >= kCompressAtSamples) Compress();
}

void QuantileSummary::TakeInBuffer() {
  if (buffer_.empty()) return;
  std::sort(buffer_.begin(), buffer_.end(), Before);
  std::vector<Sample> merged;
  merged.reserve(samples_.size() + buffer_.size());
  size_t next = 0;
  for (size_t i = 0; i < buffer_.size(); ++i) {
    while (next < samples_.size() && samples_[next].value <= buffer_[i]) {
      merged.push_back(samples_[next++]);
    }
    ++count_;
    const bool extreme = merged.empty() || (next == samples_.size() && i + 1 == buffer_.size());
    const auto slack =
        static_cast<int64_t>(std::floor(2 * relative_error_ * static_cast<double>(count_)));
    merged.push_back({buffer_[i], 1, extreme ? 0 : slack});
  }
  merged.insert(merged.end(), samples_.begin() + static_cast<ptrdiff_t>(next), samples_.end());
  samples_ = std::move(merged);
  buffer_.clear();
}

std::vector<QuantileSummary::Sample> QuantileSummary::Compressed(const std::vector<Sample>& samples,
                                                                 double threshold) {
  if (samples.empty()) return {};
  // From the greatest to the smallest: each swallows those before it while it may.
  std::vector<Sample> kept;
  Sample head = samples.back();
  for (size_t i = samples.size() - 1; i-- > 1;) {
    const Sample& sample = samples[i];
    if (static_cast<double>(sample.gap + head.gap + head.slack) < threshold) {
      head.gap += sample.gap;
    } else {
      kept.push_back(head);
      head = sample;
    }
  }
  kept.push_back(head);
  // The smallest value always stays.
  if (samples.front().value <= head.value && samples.size() > 1) kept.push_back(samples.front());
  std::reverse(kept.begin(), kept.end());
  return kept;
}

void QuantileSummary::Compress() {
  TakeInBuffer();
  if (compressed_) return;
  samples_ = Compressed(samples_, 2 * relative_error_ * static_cast<double>(count_));
  compressed_ = true;
}

QuantileSummary QuantileSummary::WithoutBuffer() const {
  QuantileSummary copy = *this;
  copy.Compress();
  return copy;
}

void QuantileSummary::Merge(const QuantileSummary& other) {
  const QuantileSummary right = other.WithoutBuffer();
  Compress();
  if (right.count_ == 0) return;
  if (count_ == 0) {
    *this = right;
    return;
  }
  const auto more = [](const QuantileSummary& summary) {
    return static_cast<int64_t>(
        std::floor(2 * summary.relative_error_ * static_cast<double>(summary.count_)));
  };
  const int64_t more_for_left = more(right);
  const int64_t more_for_right = more(*this);
  std::vector<Sample> merged;
  merged.reserve(samples_.size() + right.samples_.size());
  size_t i = 0;
  size_t j = 0;
  while (i < samples_.size() && j < right.samples_.size()) {
    const bool take_left = samples_[i].value < right.samples_[j].value;
    Sample sample = take_left ? samples_[i++] : right.samples_[j++];
    if (take_left && j > 0) sample.slack += more_for_left;
    if (!take_left && i > 0) sample.slack += more_for_right;
    merged.push_back(sample);
  }
  merged.insert(merged.end(), samples_.begin() + static_cast<ptrdiff_t>(i), samples_.end());
  merged.insert(merged.end(), right.samples_.begin() + static_cast<ptrdiff_t>(j),
                right.samples_.end());
  count_ += right.count_;
  samples_ = Compressed(merged, 2 * relative_error_ * static_cast<double>(count_));
}

std::vector<double> QuantileSummary::Query(const std::vector<double>& fractions) const {
  const QuantileSummary summary = WithoutBuffer();
  const std::vector<Sample>& samples = summary.samples_;
  int64_t widest = 0;
  for (const Sample& sample : samples) widest = std::max(widest, sample.gap + sample.slack);
  const double error = static_cast<double>(widest) / 2;
  std::vector<size_t> order(fractions.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return fractions[a] < fractions[b]; });
  std::vector<double> found(fractions.size());
  size_t at = 0;
  int64_t least_rank = samples.front().gap;
  for (const size_t place : order) {
    const double fraction = fractions[place];
    if (fraction <= relative_error_ || samples.size() == 1) {
      found[place] = samples.front().value;
      continue;
    }
    if (fraction >= 1 - relative_error_) {
      found[place] = samples.back().value;
      continue;
    }
    const double rank = std::ceil(fraction * static_cast<double>(summary.count_));
    while (at + 1 < samples.size()) {
      const auto greatest_rank = static_cast<double>(least_rank + samples[at].slack);
      if (greatest_rank - error <= rank && rank <= static_cast<double>(least_rank) + error) break;
      ++at;
      least_rank += samples[at].gap;
    }
    found[place] = samples[at].value;
  }
  return found;
}

void QuantileSummary::Serialize(std::string* out) const {
  const QuantileSummary summary = WithoutBuffer();
  AppendNumber(summary.count_, out);
  AppendNumber(static_cast<int64_t>(summary.samples_.size()), out);
  for (const Sample& sample : summary.samples_) {
    AppendNumber(sample.value, out);
    AppendNumber(sample.gap, out);
    AppendNumber(sample.slack, out);
  }
}

Status QuantileSummary::Deserialize(std::string_view* in) {
  ARROW_ASSIGN_OR_RAISE(count_, ReadNumber<decltype(count_)>(in));
  ARROW_ASSIGN_OR_RAISE(const auto size, ReadNumber<int64_t>(in));
  if (size < 0 || static_cast<uint64_t>(size) > in->size() / sizeof(Sample)) {
    return Status::Invalid("truncated aggregate state");
  }
  samples_.resize(static_cast<size_t>(size));
  for (Sample& sample : samples_) {
    ARROW_ASSIGN_OR_RAISE(sample.value, ReadNumber<decltype(sample.value)>(in));
    ARROW_ASSIGN_OR_RAISE(sample.gap, ReadNumber<decltype(sample.gap)>(in));
    ARROW_ASSIGN_OR_RAISE(sample.slack, ReadNumber<decltype(sample.slack)>(in));
  }
  buffer_.clear();
  compressed_ = true;
  return Status::OK();
}

}  // namespace thalweg::functions
