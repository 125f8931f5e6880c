#include "thalweg/python/processor_rows.h"

#include <algorithm>
#include <utility>

#include <arrow/api.h>

#include "thalweg/python/result_rows.h"

namespace thalweg::python {
namespace {

Batch Ordered(const Batch& rows, const std::vector<int>& order) {
  Batch sent;
  sent.num_rows = rows.num_rows;
  for (const int column : order) sent.columns.push_back(rows.columns[static_cast<size_t>(column)]);
  return sent;
}

class Sender {
 public:
  Sender(const exec::ProcessorInput& input, const SentColumns& columns, const SentColumns* initial,
         SchemaPtr wire, const ChunkLimits& limits, const SendRows& send)
      : input_(input),
        rows_(Ordered(input.rows, columns.order)),
        wire_(std::move(wire)),
        limits_(limits),
        send_(send) {
    if (initial != nullptr) initial_ = Ordered(*input.initial, initial->order);
  }

  /// Rows only, many groups in a batch.
  Status SendAll() {
    RowChunker chunker(limits_);
    chunker.Push(rows_);
    while (!chunker.empty()) {
      ARROW_ASSIGN_OR_RAISE(const Batch chunk, chunker.Take());
      ARROW_RETURN_NOT_OK(SendPlain(chunk));
    }
    return Status::OK();
  }

  /// Rows only, each batch has rows of one group.
  Status SendGroups() {
    for (size_t group = 0; group + 1 < input_.begins.size(); ++group) {
      RowChunker chunker(limits_);
      chunker.Push(Group(rows_, input_.begins, group));
      while (!chunker.empty()) {
        ARROW_ASSIGN_OR_RAISE(const Batch chunk, chunker.Take());
        ARROW_RETURN_NOT_OK(SendPlain(chunk));
      }
    }
    return Status::OK();
  }

  /// A batch has rows or initial state of one group; the other struct is null.
  Status SendTurns() {
    for (size_t group = 0; group + 1 < input_.begins.size(); ++group) {
      ARROW_RETURN_NOT_OK(SendTurn(1, Group(initial_, input_.initial_begins, group)));
      ARROW_RETURN_NOT_OK(SendTurn(0, Group(rows_, input_.begins, group)));
    }
    return Status::OK();
  }

  /// A batch has rows and initial state of one group side by side. The shorter struct's fields are
  /// shorter than the struct, which is how workers tell where they end.
  Status SendPairs() {
    const int64_t limit = limits_.max_rows > 0 ? limits_.max_rows : INT64_MAX;
    for (size_t group = 0; group + 1 < input_.begins.size(); ++group) {
      const Batch rows = Group(rows_, input_.begins, group);
      const Batch initial = Group(initial_, input_.initial_begins, group);
      const int64_t longer = std::max(rows.num_rows, initial.num_rows);
      for (int64_t begin = 0; begin < longer; begin += std::min(limit, longer - begin)) {
        const int64_t count = std::min(limit, longer - begin);
        ARROW_ASSIGN_OR_RAISE(ArrayPtr left, Short(0, rows, begin, count));
        ARROW_ASSIGN_OR_RAISE(ArrayPtr right, Short(1, initial, begin, count));
        ARROW_RETURN_NOT_OK(
            send_(*arrow::RecordBatch::Make(wire_, count, {std::move(left), std::move(right)})));
      }
    }
    return Status::OK();
  }

 private:
  static Batch Group(const Batch& rows, const std::vector<int64_t>& begins, size_t group) {
    return SliceBatch(rows, begins[group], begins[group + 1] - begins[group]);
  }

  Status SendPlain(const Batch& rows) {
    ARROW_ASSIGN_OR_RAISE(const auto batch, MakeWireBatch(rows, wire_, false));
    return send_(*batch);
  }

  Result<arrow::ArrayVector> Columns(int side, const Batch& rows) const {
    const TypePtr& type = wire_->field(side)->type();
    arrow::ArrayVector columns;
    for (size_t column = 0; column < rows.columns.size(); ++column) {
      ARROW_ASSIGN_OR_RAISE(
          columns.emplace_back(),
          ToWire(rows.columns[column], type->field(static_cast<int>(column))->type()));
    }
    return columns;
  }

  Status SendTurn(int side, const Batch& rows) {
    RowChunker chunker(limits_);
    chunker.Push(rows);
    while (!chunker.empty()) {
      ARROW_ASSIGN_OR_RAISE(const Batch chunk, chunker.Take());
      ARROW_ASSIGN_OR_RAISE(arrow::ArrayVector columns, Columns(side, chunk));
      arrow::ArrayVector sides(2);
      sides[static_cast<size_t>(side)] = std::make_shared<arrow::StructArray>(
          wire_->field(side)->type(), chunk.num_rows, std::move(columns));
      ARROW_ASSIGN_OR_RAISE(sides[static_cast<size_t>(1 - side)],
                            arrow::MakeArrayOfNull(wire_->field(1 - side)->type(), chunk.num_rows));
      ARROW_RETURN_NOT_OK(send_(*arrow::RecordBatch::Make(wire_, chunk.num_rows, sides)));
    }
    return Status::OK();
  }

  Result<ArrayPtr> Short(int side, const Batch& rows, int64_t begin, int64_t count) const {
    const int64_t first = std::min(begin, rows.num_rows);
    const Batch part = SliceBatch(rows, first, std::min(count, rows.num_rows - first));
    ARROW_ASSIGN_OR_RAISE(arrow::ArrayVector columns, Columns(side, part));
    return std::make_shared<arrow::StructArray>(wire_->field(side)->type(), count,
                                                std::move(columns));
  }

  const exec::ProcessorInput& input_;
  const Batch rows_;
  Batch initial_;
  const SchemaPtr wire_;
  const ChunkLimits limits_;
  const SendRows& send_;
};

}  // namespace

SchemaPtr ProcessorWireSchema(const SentColumns& input, const SentColumns* initial,
                              const WireTypes& types) {
  SchemaPtr rows = ToWireSchema(*input.schema, types);
  if (initial == nullptr) return rows;
  const SchemaPtr states = ToWireSchema(*initial->schema, types);
  return arrow::schema({arrow::field("inputData", arrow::struct_(rows->fields())),
                        arrow::field("initState", arrow::struct_(states->fields()))});
}

Status SendProcessorRows(const exec::ProcessorInput& input, const SentColumns& columns,
                         const SentColumns* initial, const SchemaPtr& wire, Protocol protocol,
                         const ChunkLimits& limits, const SendRows& send) {
  Sender sender(input, columns, initial, wire, limits, send);
  if (initial != nullptr) {
    return protocol >= Protocol::k42 ? sender.SendTurns() : sender.SendPairs();
  }
  return protocol >= Protocol::k41 ? sender.SendAll() : sender.SendGroups();
}

}  // namespace thalweg::python
