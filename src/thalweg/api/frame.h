#pragma once

// What a public DataFrame holds.

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <thalweg/dataframe.h>

#include "thalweg/api/session_core.h"
#include "thalweg/plan/spec/relation.h"

namespace thalweg::api {

/// A relation of a session, or why there is none. Immutable.
struct Frame {
  SessionCorePtr core;
  plan::spec::RelationPtr relation;  // null when `status` is an error
  Status status;
};

DataFrame MakeFrame(SessionCorePtr core, Result<plan::spec::RelationPtr> relation);

/// Fills in a relation that has the frame's as its input.
using Describe =
    std::function<Status(plan::spec::Relation* relation, const sql::ParserOptions& options)>;

/// A frame over `input`; an error of `input` or of `describe` is kept in it.
DataFrame Derive(const DataFrame& input, plan::spec::RelationKind kind, const Describe& describe);

/// The frame's relation. Errors: what was wrong on the way to it.
Result<plan::spec::RelationPtr> RelationOf(const DataFrame& frame);

/// A bounded frame of rows of one schema.
DataFrame MakeLocalFrame(SessionCorePtr core, SchemaPtr schema, std::vector<Batch> batches);

/// Rows of batches as an Arrow table.
Result<std::shared_ptr<arrow::Table>> MakeTable(const session::RowSet& rows);

}  // namespace thalweg::api
