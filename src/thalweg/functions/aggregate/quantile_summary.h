#pragma once

// Approximate quantiles of a stream of numbers in little memory: the summary of Greenwald and
// Khanna ("Space-efficient Online Computation of Quantile Summaries"), with the buffer in front of
// it, the thresholds and the roundings of Spark, so that figures agree with Spark's.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/base/status.h"

namespace thalweg::functions {

class QuantileSummary {
 public:
  /// Ranks are off by at most `relative_error` times the number of values; 0 keeps them all.
  explicit QuantileSummary(double relative_error) : relative_error_(relative_error) {}

  void Add(double value);
  /// Adds what `other` has seen.
  void Merge(const QuantileSummary& other);
  /// The quantile of each fraction in [0, 1]. At least one value has been added.
  std::vector<double> Query(const std::vector<double>& fractions) const;

  int64_t count() const { return count_ + static_cast<int64_t>(buffer_.size()); }
  int64_t memory_bytes() const {
    return static_cast<int64_t>(samples_.capacity() * sizeof(Sample) +
                                buffer_.capacity() * sizeof(double));
  }

  /// A self-delimiting image; the relative error is not in it.
  void Serialize(std::string* out) const;
  Status Deserialize(std::string_view* in);

 private:
  /// A value that was seen. Its rank is between the sum of `gap` up to here, and `slack` more.
  struct Sample {
    double value = 0;
    int64_t gap = 0;
    int64_t slack = 0;
  };

  void TakeInBuffer();
  void Compress();
  static std::vector<Sample> Compressed(const std::vector<Sample>& samples, double threshold);
  QuantileSummary WithoutBuffer() const;

  double relative_error_;
  int64_t count_ = 0;            // of what `samples_` stands for
  std::vector<Sample> samples_;  // by value
  std::vector<double> buffer_;   // not taken in yet
  bool compressed_ = true;
};

}  // namespace thalweg::functions
