#include "nesting.h"

#include <array>

#include "thalweg/connect/proto/messages.h"

namespace thalweg::tests {
namespace {

using connect::proto::DataType;
using connect::proto::Expression;
using connect::proto::Relation;

// A level is two messages or more; the server takes 4,096.
constexpr std::array kLevels = {1, 1, 1, 2, 3, 5, 10, 50, 300, 1000, 2000, 2046, 5000};

/// Where the old relation goes within `outer`, by `form`.
Relation* Place(Relation* outer, size_t form) {
  switch (form) {
    case 0:
      outer->mutable_filter()->mutable_condition()->mutable_literal()->set_boolean(true);
      return outer->mutable_filter()->mutable_input();
    case 1:
      outer->mutable_project()->add_expressions()->mutable_unresolved_star();
      return outer->mutable_project()->mutable_input();
    case 2:
      outer->mutable_limit()->set_limit(5);
      return outer->mutable_limit()->mutable_input();
    case 3:
      outer->mutable_subquery_alias()->set_alias("a");
      return outer->mutable_subquery_alias()->mutable_input();
    case 4:
      outer->mutable_deduplicate()->set_all_columns_as_keys(true);
      return outer->mutable_deduplicate()->mutable_input();
    case 5: {
      auto* alias = outer->mutable_with_columns()->add_aliases();
      alias->add_name("w");
      alias->mutable_expr()->mutable_literal()->set_integer(1);
      return outer->mutable_with_columns()->mutable_input();
    }
    case 6: {
      auto* rename = outer->mutable_with_columns_renamed()->add_renames();
      rename->set_col_name("id");
      rename->set_new_col_name("id");
      return outer->mutable_with_columns_renamed()->mutable_input();
    }
    case 7: {
      auto* operation = outer->mutable_set_op();
      operation->set_set_op_type(connect::proto::SetOperation::SET_OP_TYPE_UNION);
      operation->set_is_all(true);
      operation->set_by_name(true);
      operation->set_allow_missing_columns(true);
      operation->mutable_right_input()->mutable_range()->set_end(1);
      operation->mutable_right_input()->mutable_range()->set_step(1);
      return operation->mutable_left_input();
    }
    case 8:
      outer->mutable_drop_na();
      return outer->mutable_drop_na()->mutable_input();
    default:
      outer->mutable_sample()->set_upper_bound(1);
      return outer->mutable_sample()->mutable_input();
  }
}

Expression* Place(Expression* outer, size_t form) {
  static constexpr std::array kFunctions = {"not",   "-",      "abs",  "array",
                                            "upper", "struct", "size", "coalesce"};
  switch (form) {
    case 0:
      outer->mutable_alias()->add_name("a");
      return outer->mutable_alias()->mutable_expr();
    case 1:
      outer->mutable_cast()->set_type_str("string");
      return outer->mutable_cast()->mutable_expr();
    case 2:
      outer->mutable_sort_order();
      return outer->mutable_sort_order()->mutable_child();
    case 3:
      outer->mutable_lambda_function()->add_arguments()->add_name_parts("x");
      return outer->mutable_lambda_function()->mutable_function();
    case 4: {
      auto* call = outer->mutable_unresolved_function();
      call->set_function_name("+");
      call->add_arguments()->mutable_literal()->set_integer(1);
      return call->add_arguments();
    }
    default: {
      auto* call = outer->mutable_unresolved_function();
      call->set_function_name(kFunctions[form % kFunctions.size()]);
      return call->add_arguments();
    }
  }
}

DataType* Place(DataType* outer, size_t form) {
  if (form % 2 == 0) return outer->mutable_array()->mutable_element_type();
  auto* field = outer->mutable_struct_()->add_fields();
  field->set_name("f");
  return field->mutable_data_type();
}

Expression::Literal* Place(Expression::Literal* outer, size_t) {
  return outer->mutable_array()->add_elements();
}

template <typename Type>
void Wrap(Type* message, RandomChoice* random) {
  const size_t form = random->Below(13);
  const bool mixed = random->OneIn(4);
  for (int levels = random->From(kLevels); levels > 0; --levels) {
    Type outer;
    Place(&outer, mixed ? random->Below(13) : form)->Swap(message);
    message->Swap(&outer);
  }
}

}  // namespace

bool WrapDeeply(google::protobuf::Message* message, RandomChoice* random) {
  if (auto* relation = dynamic_cast<Relation*>(message)) {
    Wrap(relation, random);
  } else if (auto* expression = dynamic_cast<Expression*>(message)) {
    Wrap(expression, random);
  } else if (auto* type = dynamic_cast<DataType*>(message)) {
    Wrap(type, random);
  } else if (auto* literal = dynamic_cast<Expression::Literal*>(message)) {
    Wrap(literal, random);
  } else {
    return false;
  }
  return true;
}

}  // namespace thalweg::tests
