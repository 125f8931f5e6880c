#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/base/status.h"

namespace thalweg::python {

/// A Python value that was pickled.
struct PickleValue {
  enum class Kind {
    kNone,
    kBool,
    kInt,
    kBigInt,
    kFloat,
    kText,
    kBytes,
    kDecimal,
    kList,
    kTuple,
    kDict,
    kSet,
    kGlobal
  };
  using Ptr = std::shared_ptr<PickleValue>;

  Kind kind = Kind::kNone;
  /// kBool, kInt.
  int64_t integer = 0;
  double real = 0;
  /// kText, kBytes; the digits of kDecimal and kBigInt; "module name" of kGlobal.
  std::string text = {};
  /// Parts of a list, tuple or set; keys and values of a dictionary in turn.
  std::vector<Ptr> items = {};
};

/// Reads a pickle of any protocol that holds plain values, Decimal and pyspark.sql.Row (a tuple
/// here). No code is run: another class is an error (PYTHON_WORKER_FAILED.PROTOCOL, which names
/// it), as is a pickle that is damaged.
Result<PickleValue::Ptr> ReadPickle(std::string_view bytes);

}  // namespace thalweg::python
