#pragma once

#include "thalweg/exec/operator.h"

namespace thalweg::exec {

/// Head of a chain: passes everything on. Owned by what feeds the chain.
class EntryOperator : public Operator {
 public:
  Status Push(int input, Batch batch) override { return Emit(std::move(batch)); }
  std::string Description() const override { return "Entry"; }
};

}  // namespace thalweg::exec
