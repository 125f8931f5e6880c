#pragma once

// The sources of one query run: made from the plan's stream relations, one each, in plan order.

#include <memory>
#include <string>
#include <vector>

#include "thalweg/io/source.h"
#include "thalweg/plan/logical/node.h"
#include "thalweg/stream/recovery.h"

namespace thalweg::stream {

/// One thread.
class SourceSet {
 public:
  /// Source k keeps its private files in <checkpoint>/sources/<k>.
  static Result<SourceSet> Make(
      const std::vector<std::shared_ptr<const plan::StreamRelation>>& relations,
      const std::string& checkpoint);

  size_t size() const { return sources_.size(); }
  io::StreamSource* at(size_t index) const { return sources_[index].get(); }

  /// Whether every source can fix its end for AvailableNow.
  bool supports_available_now() const;
  Status PrepareForAvailableNow();
  /// Tells every source that batches up to its offset are final.
  Status Commit(const Offsets& offsets);
  /// Splits of what lies between two offsets of every source; none where they are equal.
  Result<std::vector<std::vector<io::SplitPtr>>> PlanSplits(const Offsets& start,
                                                            const Offsets& end);
  /// Stops all; errors are logged.
  void Stop();
  /// "{description: offset,...}" of the sources that have one.
  std::string OffsetsText(const Offsets& offsets) const;

 private:
  std::vector<std::unique_ptr<io::StreamSource>> sources_;
};

}  // namespace thalweg::stream
