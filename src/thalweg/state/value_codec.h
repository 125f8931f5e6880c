#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/base/status.h"
#include "thalweg/data/batch.h"

namespace thalweg::state {

/// How the slots of one group become bytes in a state file and back. Immutable and thread-safe.
class ValueCodec {
 public:
  virtual ~ValueCodec() = default;
  /// Bytes of all slots of a group.
  virtual int32_t slot_bytes() const = 0;
  /// What the value consists of, as text: part of a state file's header.
  virtual std::string Signature() const = 0;
  /// True if slots own nothing: Destroy() and OwnedBytes() need not be called.
  virtual bool trivial() const = 0;
  virtual void Append(const uint8_t* slots, std::string* out) const = 0;
  /// Fills slots that hold nothing yet. On error they still hold nothing.
  virtual Status Load(uint8_t* slots, std::string_view bytes) const = 0;

  // Values of many parts, of which an epoch changes few. The owner of the slots notes what changes.

  /// Whether change files may have images of what changed instead of whole values.
  virtual bool writes_changes() const { return false; }
  /// As Append, but may give an image of what changed since the last call or Load. What is noted is
  /// forgotten. An image must mean the same when the value has some of the changes already, or
  /// later ones that other images tell again.
  virtual void AppendChanges(uint8_t* slots, std::string* out) const { Append(slots, out); }
  /// Whether the bytes are an image of changes.
  virtual bool AreChanges(std::string_view bytes) const { return false; }
  /// Applies an image of changes to slots that hold a value, or are zero bytes. On error they hold
  /// nothing.
  virtual Status LoadChanges(uint8_t* slots, std::string_view bytes) const {
    return Status::Invalid("changes of a value that is always written whole");
  }

  virtual void Destroy(uint8_t* slots) const {}
  virtual int64_t OwnedBytes(const uint8_t* slots) const { return 0; }
  /// The values of some groups as columns, in the order of StateSchema::value_fields: for those who
  /// look into state.
  virtual Result<std::vector<ArrayPtr>> StateColumns(uint8_t* const* groups, int64_t count) const {
    return std::vector<ArrayPtr>();
  }
};

/// No value at all: the key says everything (deduplication).
class EmptyValueCodec : public ValueCodec {
 public:
  int32_t slot_bytes() const override { return 0; }
  std::string Signature() const override { return ""; }
  bool trivial() const override { return true; }
  void Append(const uint8_t*, std::string*) const override {}
  Status Load(uint8_t*, std::string_view) const override { return Status::OK(); }
};

}  // namespace thalweg::state
