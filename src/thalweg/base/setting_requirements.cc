#include "thalweg/base/setting_requirements.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>
#include <string_view>

#include "thalweg/base/spark_settings.h"

namespace thalweg {
namespace {

constexpr int64_t kMostInt = std::numeric_limits<int32_t>::max();

/// A whole number from `least` to `most`.
struct NumberRequirement {
  std::string_view key;
  int64_t least;
  int64_t most;
  std::string_view text;
};

constexpr NumberRequirement kNumbers[] = {
    {"spark.sql.execution.pandas.udf.buffer.size", 0, kMostInt, "it must not be negative"},
    {"spark.sql.execution.python.udf.buffer.size", 0, kMostInt, "it must not be negative"},
    {"spark.sql.execution.python.udf.maxRecordsPerBatch", 1, kMostInt, "it must be positive"},
    {"spark.sql.execution.pythonUDF.arrow.concurrency.level", 2, kMostInt,
     "it must be more than one"},
    {"spark.sql.shuffle.partitions", 1, kMostInt, "it must be positive"},
    {"spark.sql.streaming.aggregation.stateFormatVersion", 1, 2, "it must be 1 or 2"},
    {"spark.sql.streaming.flatMapGroupsWithState.stateFormatVersion", 1, 2, "it must be 1 or 2"},
    {"spark.sql.streaming.join.stateFormatVersion", 1, 3, "it must be 1, 2 or 3"},
    {"spark.sql.streaming.minBatchesToRetain", 1, kMostInt, "it must be positive"},
    {"spark.sql.streaming.sessionWindow.stateFormatVersion", 1, 1, "it must be 1"},
    {"spark.sql.streaming.stateStore.rocksdb.formatVersion", 0, kMostInt,
     "it must not be negative"},
    {"thalweg.execution.workers", 0, 1024, "it must be between 0 and 1024"},
};

/// Times that must not be negative.
constexpr std::string_view kTimes[] = {
    "spark.sql.execution.pyspark.udf.idleTimeoutSeconds",
    "spark.sql.execution.pyspark.udf.tracebackDumpIntervalSeconds",
};

/// Sizes that must be positive and fit an integer.
constexpr std::string_view kSizes[] = {"spark.sql.execution.arrow.maxBytesPerBatch"};

/// One of two words, in any case.
struct WordRequirement {
  std::string_view key;
  std::array<std::string_view, 2> words;
};

constexpr WordRequirement kWords[] = {
    {"spark.sql.streaming.multipleWatermarkPolicy", {"min", "max"}},
    {"spark.sql.streaming.stateStore.encodingFormat", {"unsaferow", "avro"}},
};

template <typename List>
auto Find(const List& list, std::string_view key) {
  return std::find_if(std::begin(list), std::end(list),
                      [key](const auto& requirement) { return requirement.key == key; });
}

Status Refuse(const std::string& key, const std::string& value, std::string requirement) {
  return MakeError(
      "INVALID_CONF_VALUE.REQUIREMENT",
      {{"confName", key}, {"confValue", value}, {"confRequirement", std::move(requirement)}});
}

Status CheckNumber(const NumberRequirement& requirement, const std::string& value) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool whole = error == std::errc() && end == value.data() + value.size();
  if (!whole || number > kMostInt || number < -kMostInt - 1) {
    return MakeError("INVALID_CONF_VALUE.TYPE_MISMATCH",
                     {{"confName", std::string(requirement.key)},
                      {"confValue", value},
                      {"confType", "integer"}});
  }
  if (number >= requirement.least && number <= requirement.most) return Status::OK();
  return Refuse(std::string(requirement.key), value, std::string(requirement.text));
}

/// What is no size at all is refused by its kind.
Status CheckSize(const std::string& key, const std::string& value) {
  const Result<int64_t> bytes = ParseByteSize(value);
  const bool fits = bytes.ok() && *bytes > 0 && *bytes <= kMostInt;
  return fits || (!bytes.ok() && !value.starts_with('-'))
             ? Status::OK()
             : Refuse(key, value, "it must be positive and less than 2 GiB");
}

bool EqualsIgnoringCase(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  });
}

Status CheckWord(const WordRequirement& requirement, const std::string& value) {
  for (const std::string_view word : requirement.words) {
    if (EqualsIgnoringCase(word, value)) return Status::OK();
  }
  return Refuse(std::string(requirement.key), value,
                "it must be " + std::string(requirement.words[0]) + " or " +
                    std::string(requirement.words[1]));
}

}  // namespace

Status CheckSettingRequirement(const std::string& key, const std::string& value) {
  if (const auto* number = Find(kNumbers, key); number != std::end(kNumbers)) {
    return CheckNumber(*number, value);
  }
  if (const auto* word = Find(kWords, key); word != std::end(kWords)) {
    return CheckWord(*word, value);
  }
  if (std::find(std::begin(kTimes), std::end(kTimes), key) != std::end(kTimes) &&
      value.starts_with('-')) {
    return Refuse(key, value, "it must not be negative");
  }
  if (std::find(std::begin(kSizes), std::end(kSizes), key) != std::end(kSizes)) {
    return CheckSize(key, value);
  }
  if (const auto* other = Find(kSparkSettings, key);
      other != std::end(kSparkSettings) && other->text == kOnlyDefault &&
      !EqualsIgnoringCase(other->default_value, value)) {
    return MakeError("UNSUPPORTED_FEATURE",
                     {{"feature", "The value '" + value + "' of the setting " + key}});
  }
  return Status::OK();
}

}  // namespace thalweg
