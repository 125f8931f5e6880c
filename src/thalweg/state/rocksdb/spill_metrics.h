#pragma once

#include <cstdint>

namespace thalweg::state {

/// What a database has done since it was opened, and what it holds.
struct SpillMetrics {
  int64_t gets = 0;
  int64_t puts = 0;
  int64_t get_micros = 0;
  int64_t put_micros = 0;
  int64_t block_cache_hits = 0;
  int64_t block_cache_misses = 0;
  int64_t bytes_read = 0;
  int64_t bytes_written = 0;
  int64_t bytes_read_by_iterators = 0;
  int64_t stall_micros = 0;
  int64_t compaction_micros = 0;
  int64_t compaction_bytes_read = 0;
  int64_t compaction_bytes_written = 0;
  int64_t flush_bytes_written = 0;
  int64_t pinned_block_bytes = 0;
  int64_t file_bytes = 0;

  void Add(const SpillMetrics& other) {
    gets += other.gets;
    puts += other.puts;
    get_micros += other.get_micros;
    put_micros += other.put_micros;
    block_cache_hits += other.block_cache_hits;
    block_cache_misses += other.block_cache_misses;
    bytes_read += other.bytes_read;
    bytes_written += other.bytes_written;
    bytes_read_by_iterators += other.bytes_read_by_iterators;
    stall_micros += other.stall_micros;
    compaction_micros += other.compaction_micros;
    compaction_bytes_read += other.compaction_bytes_read;
    compaction_bytes_written += other.compaction_bytes_written;
    flush_bytes_written += other.flush_bytes_written;
    pinned_block_bytes += other.pinned_block_bytes;
    file_bytes += other.file_bytes;
  }
  /// Leaves what has happened since `earlier`; what is held stays as it is.
  void Since(const SpillMetrics& earlier) {
    gets -= earlier.gets;
    puts -= earlier.puts;
    get_micros -= earlier.get_micros;
    put_micros -= earlier.put_micros;
    block_cache_hits -= earlier.block_cache_hits;
    block_cache_misses -= earlier.block_cache_misses;
    bytes_read -= earlier.bytes_read;
    bytes_written -= earlier.bytes_written;
    bytes_read_by_iterators -= earlier.bytes_read_by_iterators;
    stall_micros -= earlier.stall_micros;
    compaction_micros -= earlier.compaction_micros;
    compaction_bytes_read -= earlier.compaction_bytes_read;
    compaction_bytes_written -= earlier.compaction_bytes_written;
    flush_bytes_written -= earlier.flush_bytes_written;
  }
};

}  // namespace thalweg::state
