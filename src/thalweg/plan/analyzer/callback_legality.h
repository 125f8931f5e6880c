#pragma once

// Where functions over groups may stand in a stream (semantics 1.2 and 1.3).

#include "thalweg/io/sink.h"
#include "thalweg/plan/logical/node.h"

namespace thalweg::plan {

/// Whether a kCallback node keeps state between micro-batches.
bool KeepsState(const Node& node);

/// Whether a kCallback node of a stream emits rows when the watermark passes a time the function
/// chose: no stateful operation may follow.
bool TimesOutByEventTime(const Node& node);

/// Spark's name of the operator in the error about state encoded as Avro; null if it takes that.
const char* OperatorWithoutAvro(const Node& node);

/// How many of [flat]MapGroupsWithState one query may have. Errors: _LEGACY_ERROR_TEMP_3102.
Status CheckGroupsWithStateNumbers(const Node& plan, io::OutputMode mode);

/// One node of a streaming plan, if it is of the kind kCallback. Errors: _LEGACY_ERROR_TEMP_3102.
Status CheckCallback(const Node& plan, const Node& node, io::OutputMode mode);

}  // namespace thalweg::plan
