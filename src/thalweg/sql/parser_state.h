#pragma once

// The recursive-descent parser: one class, its methods spread over parser_*.cc by concern. Internal
// to this room; users call sql/parser.h.

#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arrow/type_fwd.h>

#include "thalweg/plan/spec/expression.h"
#include "thalweg/plan/spec/relation.h"
#include "thalweg/plan/spec/relation_arguments.h"
#include "thalweg/plan/spec/statement.h"
#include "thalweg/plan/spec/table_argument.h"
#include "thalweg/plan/spec/window.h"
#include "thalweg/sql/parser.h"
#include "thalweg/sql/token.h"

namespace thalweg::sql {

namespace spec = plan::spec;

/// Parses the tokens of one text from front to back. Not thread-safe; one per call.
class Parser {
 public:
  Parser(std::string_view text, std::vector<Token> tokens, const ParserOptions& options)
      : text_(text),
        origin_(std::make_shared<const QueryOrigin>(QueryOrigin{std::string(text), "", ""})),
        tokens_(std::move(tokens)),
        options_(options) {}

  // parser_command.cc
  Result<spec::Statement> ParseStatement();

  // parser_query.cc
  Result<spec::RelationPtr> ParseQuery();

  // parser_expression.cc
  Result<spec::ExpressionPtr> ParseExpression();
  /// An expression with an optional alias.
  Result<spec::ExpressionPtr> ParseNamedExpression();
  Result<std::vector<std::string>> ParseMultipartIdentifier();

  // Tokens (parser.cc)
  const Token& Peek(int ahead = 0) const;
  bool AtEnd() const { return Peek().kind == TokenKind::kEnd; }
  bool AtWord(std::string_view word, int ahead = 0) const;
  bool AtWords(std::initializer_list<std::string_view> words) const;
  bool AtAnyWord(std::initializer_list<std::string_view> words, int ahead = 0) const;
  bool AtSymbol(std::string_view symbol, int ahead = 0) const;
  bool AcceptWord(std::string_view word);
  bool AcceptWords(std::initializer_list<std::string_view> words);
  bool AcceptSymbol(std::string_view symbol);
  Status ExpectWord(std::string_view word);
  Status ExpectSymbol(std::string_view symbol);
  /// PARSE_SYNTAX_ERROR at the next token.
  Status SyntaxError(std::string hint = "") const;
  /// UNSUPPORTED_FEATURE at the next token.
  Status Unsupported(std::string feature) const;

 private:
  friend class NestingGuard;
  using Names = std::vector<std::string>;
  using Options = std::map<std::string, std::string>;

  // Positions and nodes (parser.cc)
  int index() const { return at_; }
  SqlPosition PositionFrom(int first) const;
  std::string TextFrom(int first) const;
  spec::ExpressionPtr Finish(spec::Expression expression, int first) const;
  spec::ExpressionPtr FinishFunction(std::string name, std::vector<spec::ExpressionPtr> arguments,
                                     int first) const;
  spec::RelationPtr FinishRelation(spec::Relation relation, int first) const;
  Status TooComplex() const;
  /// `status` with the position of the tokens from `first` on, if it has none.
  Status At(const Status& status, int first) const;

  // Names (parser_expression.cc)
  bool AtIdentifier(int ahead = 0) const;
  /// An identifier, which IDENTIFIER('name') is, too.
  Result<std::string> ParseIdentifier();
  /// An identifier that is a word or stands between backticks.
  Result<std::string> ParsePlainIdentifier();
  /// An identifier where "test-table" is reported as an invalid one.
  Result<std::string> ParseCapturedIdentifier();
  Result<Names> ParseIdentifierList();  // ( a, b )
  bool AtString(int ahead = 0) const { return Peek(ahead).kind == TokenKind::kString; }
  /// Adjacent strings are one; markers of parameters that are strings count as such.
  Result<std::string> ParseString();
  /// Whether the next token can be an alias without AS.
  bool AtImplicitAlias() const;
  /// At a comma, closing parenthesis, semicolon or the end: a keyword before it is a plain name.
  bool AtItemEnd(int ahead) const;

  // IDENTIFIER (parser_identifier.cc)
  /// Whether IDENTIFIER('name') comes: strings and markers of strings between the parentheses.
  bool AtIdentifierLiteral(int ahead = 0) const;
  /// Whether IDENTIFIER(expression) comes.
  bool AtIdentifierClause() const;
  /// Tokens of the identifier that begins `ahead`.
  int IdentifierLength(int ahead) const;
  /// What the marker of a parameter stands for, if that is a string; else null.
  /// `markers_before`: those of ? between here and there.
  const arrow::StringScalar* StringParameter(int ahead, size_t markers_before = 0) const;
  Result<Names> ParseIdentifierLiteral();
  /// A name of one part or, by IDENTIFIER('a.b'), of several.
  Result<Names> ParseNameParts();
  /// The parts of the name `text`; errors have the position of the tokens from `first` on.
  Result<Names> ParseNameText(const std::string& text, int first) const;
  /// Errors: IDENTIFIER_TOO_MANY_NAME_PARTS.
  Result<std::string> OnlyPart(Names parts, int first) const;
  /// The name that the expression of an IDENTIFIER(...) is.
  Result<Names> EvaluateName(const spec::Expression& expression, int first);
  /// The name of a table or another object: ParseMultipartIdentifier() or IDENTIFIER(expression).
  Result<Names> ParseIdentifierReference();
  /// IDENTIFIER(expression) as a column or as the function that is called.
  Result<spec::ExpressionPtr> ParseIdentifierClause();

  // Operators (parser_expression.cc)
  Result<spec::ExpressionPtr> ParseOr();
  Result<spec::ExpressionPtr> ParseAnd();
  Result<spec::ExpressionPtr> ParseNot();
  Result<spec::ExpressionPtr> ParsePredicated();
  Result<spec::ExpressionPtr> ParseValue(int minimum_precedence = 0);
  Result<spec::ExpressionPtr> ParseUnary();
  Result<std::vector<spec::ExpressionPtr>> ParseExpressionList();
  // Predicates (parser_predicate.cc)
  Result<spec::ExpressionPtr> ParsePredicate(spec::ExpressionPtr value, int first);
  Result<spec::ExpressionPtr> ParseIs(spec::ExpressionPtr value, int first);
  Result<spec::ExpressionPtr> ParseIn(spec::ExpressionPtr value, int first);
  Result<spec::ExpressionPtr> ParseLike(std::string name, spec::ExpressionPtr value, int first,
                                        bool negated);
  Result<spec::ExpressionPtr> ParseQuantifiedLike(const std::string& name,
                                                  const spec::ExpressionPtr& value, int first,
                                                  bool negated);
  /// parts[low..high] under `name` as a balanced tree, in order.
  spec::ExpressionPtr Balanced(const char* name, const std::vector<spec::ExpressionPtr>& parts,
                               size_t low, size_t high) const;
  Result<spec::ExpressionPtr> ParseSubqueryExpression(std::string kind, spec::ExpressionPtr value,
                                                      int first);

  // Primary expressions (parser_primary.cc)
  Result<spec::ExpressionPtr> ParsePostfix();
  Result<spec::ExpressionPtr> ParsePostfixOf(spec::ExpressionPtr base, int first);
  /// `:name.part[0]['part']` after a value of type VARIANT.
  Result<spec::Expression> ParseVariantPath(spec::ExpressionPtr base);
  /// A `[0]` or `['part']` of such a path, appended to it.
  Status ParseVariantSubscript(std::string* path, std::string* last_name);
  Result<spec::ExpressionPtr> ParsePrimary();
  /// :name or ?
  Result<spec::ExpressionPtr> ParseParameter();
  /// A marker of a string, with the strings that follow it.
  Result<spec::ExpressionPtr> ParseStringParameter();
  Result<spec::ExpressionPtr> ParseWordPrimary();
  Result<spec::ExpressionPtr> ParseNamePrimary();
  Result<spec::ExpressionPtr> ParseParenthesized();
  Result<spec::ExpressionPtr> ParseCase();
  Result<spec::ExpressionPtr> ParseCast();
  /// The columns of * EXCEPT (...), if that follows.
  Status ParseStarExcept(spec::Expression* star);
  bool AtLambdaParameters() const;
  Result<spec::ExpressionPtr> ParseLambda();
  // Calls (parser_call.cc)
  Result<spec::ExpressionPtr> ParseCall(Names name, int first);
  /// After the first argument: the others, the parenthesis and what follows it.
  /// An expression, or name => expression.
  Result<spec::ExpressionPtr> ParseArgument();
  Result<spec::ExpressionPtr> ParseRestOfCall(spec::Expression call, int first);
  /// ParseRestOfCall for a call whose first argument turned out to be a plain one.
  Result<spec::ExpressionPtr> ContinueCall(std::string name, spec::ExpressionPtr argument,
                                           int first);
  Result<spec::ExpressionPtr> ParseCallSuffix(spec::Expression call, int first);
  /// Calls with a syntax of their own (EXTRACT, TRIM, ...); null if the next tokens are none.
  Result<spec::ExpressionPtr> ParseSpecialCall();
  /// Arguments between the parentheses that open `ahead` (at least 1).
  int ArgumentCount(int ahead) const;
  bool AtDateTimeUnit(int ahead) const;
  Result<spec::ExpressionPtr> ParseExtract(int first);
  Result<spec::ExpressionPtr> ParsePosition(int first);
  Result<spec::ExpressionPtr> ParseSubstring(int first);
  Result<spec::ExpressionPtr> ParseTrim(int first);
  Result<spec::ExpressionPtr> ParseOverlay(int first);
  Result<spec::ExpressionPtr> ParseStruct(int first);
  Result<spec::ExpressionPtr> ParseTimestampArithmetic(std::string name, int first);

  // Literals (parser_literal.cc)
  /// A typed literal, interval, TRUE, NULL...; null if the next tokens are none.
  Result<spec::ExpressionPtr> ParseWordLiteral();
  Result<spec::ExpressionPtr> ParseNumber(bool negative, int first);
  Result<spec::ExpressionPtr> ParseStringLiteral();
  Result<spec::ExpressionPtr> ParseTypedLiteral();
  bool AtInterval() const;
  Result<spec::ExpressionPtr> ParseInterval();
  Result<std::shared_ptr<arrow::Scalar>> ParseIntervalValue(int first);
  Result<std::shared_ptr<arrow::Scalar>> ParseUnitToUnit(const std::string& value, int first);
  spec::ExpressionPtr FinishLiteral(std::shared_ptr<arrow::Scalar> value, int first) const;

  // Types (parser_type.cc)
  Result<TypePtr> ParseType();
  /// The same with CHAR and VARCHAR kept (types/char_type.h).
  Result<TypePtr> ParseDeclared();
  Status SkipType();
  Status SkipNestedType();
  /// The text between the parentheses at the next token as a schema; with the defaults of columns.
  Result<SchemaPtr> ParseColumnDefinitions();
  /// Without parentheses, up to the end of the statement.
  Result<SchemaPtr> ParseColumnList();
  /// Up to the token `close`; moves there.
  Result<SchemaPtr> ParseColumnsUntil(int close);
  struct ColumnDefault {
    size_t column = 0;
    size_t start = 0;  // of DEFAULT and its expression in the text
    size_t end = 0;
    std::string text;  // of the expression
  };
  /// Puts names in place of IDENTIFIER('name') in `text`, which goes from the next token to the
  /// token `close`.
  Status ReplaceIdentifierLiterals(int close, std::string* text);
  /// From the next token to the token `close`.
  Result<std::vector<ColumnDefault>> TakeColumnDefaults(int close);

  // Queries (parser_query.cc)
  bool StartsQuery(int ahead = 0) const;
  bool StartsQueryWord(int ahead) const;
  Result<spec::RelationPtr> ParseWith();
  /// WITH and what it defines; the query that uses it is still to come.
  Result<spec::Relation> ParseDefinitions();
  Result<spec::RelationPtr> ParseQueryWithoutWith();
  Result<spec::RelationPtr> ParseSetOperations();
  Result<spec::RelationPtr> ParseIntersections();
  Result<spec::RelationPtr> ParseSetOperation(spec::RelationPtr left, int first);
  Result<spec::RelationPtr> ParseQueryPrimary();
  Result<spec::RelationPtr> ParseOrganization(spec::RelationPtr input, int first);
  Result<spec::RelationPtr> ParsePartitioning(spec::RelationPtr input, int first);
  Result<std::vector<spec::SortOrder>> ParseSortOrders();
  Result<spec::SortOrder> ParseSortOrder();
  Result<spec::RelationPtr> ParseSelect(spec::RelationPtr from);
  Result<spec::RelationPtr> ParseSelectList(spec::RelationPtr input,
                                            std::vector<spec::ExpressionPtr> list, int first);
  Result<std::vector<spec::Relation>> ParseHints();
  struct Grouping {
    bool present = false;
    spec::GroupingKind kind = spec::GroupingKind::kPlain;
    std::vector<spec::ExpressionPtr> expressions;
    std::vector<std::vector<spec::ExpressionPtr>> sets;
  };
  Result<Grouping> ParseGroupBy();
  Status ParseGroupingSets(Grouping* grouping);
  // Windows (parser_window.cc)
  Result<spec::ExpressionPtr> ParseWindow(spec::ExpressionPtr call, int first);
  Result<spec::WindowDefinition> ParseWindowDefinition();
  Result<spec::FrameBound> ParseFrameBound();
  Result<std::vector<spec::NamedWindow>> ParseNamedWindows();
  /// `input` with the WINDOW or QUALIFY clause at the next token, if there is one.
  Result<spec::RelationPtr> ParseWindowClause(spec::RelationPtr input, int first);
  Result<spec::RelationPtr> ParseQualify(spec::RelationPtr input, int first);

  // Relations (parser_relation.cc)
  Result<spec::RelationPtr> ParseFrom();
  Result<spec::RelationPtr> ParseRelation();
  Result<spec::RelationPtr> ParseJoins(spec::RelationPtr left, int first);
  Result<std::optional<spec::JoinType>> ParseJoinType();
  Result<spec::RelationPtr> ParseRelationPrimary();
  Result<spec::RelationPtr> ParseTableName(bool is_stream, bool parenthesized = false);
  Result<spec::RelationPtr> ParseStreamRelation();
  Result<spec::RelationPtr> ParseInlineTable();
  // Table functions (parser_table_function.cc)
  Result<spec::RelationPtr> ParseTableFunction();
  Result<spec::ExpressionPtr> ParseTableFunctionArgument();
  /// TABLE(...) with PARTITION BY and ORDER BY.
  Result<spec::ExpressionPtr> ParseTableArgument();
  Status ParseTablePartitioning(spec::TableArgument* argument);
  // Relations again
  Result<spec::RelationPtr> ParseLateralView(spec::RelationPtr input);
  /// What follows a table or a subquery; TABLESAMPLE only where `may_sample`.
  Result<spec::RelationPtr> ParseRelationSuffix(spec::RelationPtr input, int first,
                                                bool may_sample = true);
  bool AtTableAlias() const;
  /// `input` under the alias that follows, if one does.
  Result<spec::RelationPtr> ParseTableAlias(spec::RelationPtr input, int first);
  bool AtValuesFunction() const;
  // Relations made of relations (parser_reshape.cc)
  /// PIVOT and UNPIVOT behind `input`.
  Result<spec::RelationPtr> ParseReshaping(spec::RelationPtr input, int first);
  Result<spec::RelationPtr> ParsePivot(spec::RelationPtr input, int first);
  Result<spec::RelationPtr> ParseUnpivot(spec::RelationPtr input, int first);
  Result<spec::RelationPtr> ParseSample(spec::RelationPtr input, int first);
  /// LATERAL (SELECT ...) or LATERAL function(...).
  Result<spec::RelationPtr> ParseLateral();

  // Pipe operators (parser_pipe.cc)
  /// All that follow; the next token is |>.
  Result<spec::RelationPtr> ParsePipes(spec::RelationPtr left, int first);
  Result<spec::RelationPtr> ParsePipe(spec::RelationPtr left, int first);
  Result<spec::RelationPtr> ParsePipeOrganization(spec::RelationPtr left, int first);
  Result<spec::RelationPtr> ParsePipeExtend(spec::RelationPtr left, int first);
  Result<spec::RelationPtr> ParsePipeSet(spec::RelationPtr left, int first);
  Result<spec::RelationPtr> ParsePipeDrop(spec::RelationPtr left, int first);
  Result<spec::RelationPtr> ParsePipeAggregate(spec::RelationPtr left, int first);

  // Properties (parser_property.cc)
  Result<Options> ParseOptions();  // ( key [=] value, ... )
  Result<std::string> ParsePropertyKey();
  Result<std::string> ParsePropertyValue();

  // Commands (parser_command.cc, parser_create.cc)
  Result<spec::Statement> ParseCommand();
  Result<spec::Statement> ParseDrop();
  Result<spec::Statement> ParseTruncate();
  // parser_cache.cc
  Result<spec::Statement> ParseCache();
  Result<spec::Statement> ParseUncache();
  Result<spec::Statement> ParseClear();
  Result<spec::Statement> ParseRefresh();
  Result<spec::Statement> ParseShow();
  Result<spec::Statement> ParseDescribe();
  Result<spec::Statement> ParseExplain();
  Result<spec::Statement> ParseSet();
  Result<spec::Statement> ParseSetTimeZone(spec::Statement statement);
  Result<spec::Statement> ParseReset();
  Result<spec::Statement> ParseStop();
  Result<std::string> ParsePattern();
  Status RefuseNamespace();
  // Queries and INSERT (parser_insert.cc)
  Result<spec::Statement> ParseQueryStatement();
  /// Whether INSERT INTO or OVERWRITE comes before the end of the statement.
  bool InsertAhead() const;
  /// `from`: what FROM before INSERT names, which the query reads; null: none.
  Result<spec::Statement> ParseInsert(spec::RelationPtr from);
  /// What is inserted: a query, or the SELECT over `from`.
  Result<spec::RelationPtr> ParseInserted(spec::RelationPtr from);
  /// At DIRECTORY or LOCAL DIRECTORY.
  Result<spec::Statement> ParseInsertDirectory(spec::Statement statement, spec::RelationPtr from);
  Status ParseInsertColumns(spec::Statement* statement);
  Result<spec::Statement> ParseInserts();  // FROM ... INSERT ... INSERT ...
  Result<std::vector<spec::PartitionValue>> ParsePartition();
  // Databases (parser_database.cc)
  Result<spec::Statement> ParseCreateDatabase(spec::Statement statement);
  Result<spec::Statement> ParseDropDatabase(spec::Statement statement);
  Result<spec::Statement> ParseUse();
  /// [FROM | IN] database: its name, or nothing.
  Result<Names> ParseNamespace();
  /// Source text from the next token to the end of the statement; moves there.
  std::string TakeRestOfStatement();
  Result<spec::Statement> ParseCreate();
  Result<spec::Statement> ParseCreateView(spec::Statement statement);
  Result<spec::Statement> ParseCreateViewUsing(spec::Statement statement);
  Result<spec::Statement> ParseCreateTable(spec::Statement statement);
  Result<spec::Statement> ParseCreateTableLike(spec::Statement statement);
  Status ParseTableClauses(spec::Statement* statement);
  Status ParseTableClause(const std::string& clause, int first, spec::Statement* statement);
  Status ParseTableOptions(const std::string& clause, int first, spec::Statement* statement);
  // parser_table_layout.cc
  Status ParsePartitionedBy(spec::Statement* statement);
  Status ParseBuckets(spec::Statement* statement);
  Result<std::vector<std::string>> ParseSortedBy();
  Status ParseClusterBy(spec::Statement* statement);
  /// Errors: clauses that exclude each other.
  Status CheckLayout(const spec::Statement& statement, int first);
  Status ParseColumnNamesWithComments(spec::Statement* statement);
  Result<std::string> ParseSchemaMode();
  Result<spec::Statement> ParseViewQuery(spec::Statement statement);
  // Functions (parser_routine.cc)
  /// `first`: the token CREATE.
  Result<spec::Statement> ParseCreateFunction(spec::Statement statement, int first);
  Result<spec::Statement> ParseDropFunction(spec::Statement statement);
  Result<spec::RoutineColumn> ParseRoutineColumn(bool may_have_default);
  Result<std::vector<spec::RoutineColumn>> ParseRoutineColumns(bool may_have_defaults);
  Result<std::string> ParseRoutineCharacteristic(spec::RoutineDefinition* routine);
  Status ParseRoutineCharacteristics(spec::RoutineDefinition* routine);
  /// What follows RETURN, up to the end of the statement.
  Status ParseRoutineBody(spec::RoutineDefinition* routine);
  // Variables and EXECUTE IMMEDIATE (parser_variable.cc)
  Result<spec::Statement> ParseDeclare();
  Result<spec::Statement> ParseSetVariable();
  Result<spec::Statement> ParseDropVariable(spec::Statement statement);
  Result<spec::Statement> ParseExecuteImmediate();
  Result<std::vector<std::vector<std::string>>> ParseNames();
  bool AtDefaultValue() const;
  // ALTER (parser_alter.cc)
  Result<spec::Statement> ParseAlter();
  Result<spec::Statement> ParseAddColumns(spec::Statement statement);
  Result<spec::Statement> ParseShowCreate();
  Result<spec::Statement> ParseShowProperties();

  std::string_view text_;
  std::shared_ptr<const QueryOrigin> origin_;
  std::vector<Token> tokens_;
  ParserOptions options_;
  int at_ = 0;
  int nesting_ = 0;
  size_t num_markers_ = 0;  // of ? so far
  // The variables that names in IDENTIFIER(...) were made of so far.
  std::vector<std::string> variables_in_names_;
};

/// Counts a level of nesting while it lives.
class NestingGuard {
 public:
  explicit NestingGuard(Parser* parser) : parser_(parser) { ++parser_->nesting_; }
  ~NestingGuard() { --parser_->nesting_; }
  NestingGuard(const NestingGuard&) = delete;
  NestingGuard& operator=(const NestingGuard&) = delete;
  bool too_deep() const { return parser_->nesting_ > kMaxNesting; }

 private:
  Parser* parser_;
};

}  // namespace thalweg::sql
