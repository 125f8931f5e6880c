#pragma once

// The rows of a repartition: collected by all workers, read partition by partition.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "thalweg/data/batch.h"
#include "thalweg/io/source.h"

namespace thalweg::exec {

/// How many partitions rows come out in.
struct PartitionCount {
  int count = 1;
  /// Neighbours become one partition until it is worth reading: about as many bytes as each worker
  /// gets, but between 1 MiB and 64 MiB, as Spark merges what it shuffled.
  bool merges_small = false;
};

/// Filled in one phase of an epoch, and a scan in the next: its splits are the partitions. In
/// memory. Add() belongs to the thread of its worker; the rest is called between phases, but for
/// Open().
class PartitionedRows : public io::Scan {
 public:
  PartitionedRows(SchemaPtr schema, PartitionCount count, int num_workers);

  int num_partitions() const { return count_.count; }

  /// Forgets the rows of the epoch before.
  void BeginEpoch();
  /// Dense rows of partition 0 <= `partition` < num_partitions().
  void Add(int worker, int partition, Batch batch);

  const SchemaPtr& schema() const override { return schema_; }
  std::string Description() const override { return "ShuffledRows"; }
  /// One split for each partition, empty ones too. They take the rows with them.
  Result<std::vector<io::SplitPtr>> PlanSplits() override;
  Result<std::unique_ptr<io::BatchReader>> Open(const io::SplitPtr& split,
                                                const io::ReadRequest& request) const override;

 private:
  struct WorkerRows {
    std::vector<std::vector<Batch>> partitions;
    std::vector<int64_t> bytes;  // of each partition
  };

  int64_t BytesOf(size_t partition) const;
  int64_t TargetBytes() const;
  void TakePartition(size_t partition, std::vector<Batch>* batches);

  SchemaPtr schema_;
  PartitionCount count_;
  std::vector<WorkerRows> workers_;
};

}  // namespace thalweg::exec
