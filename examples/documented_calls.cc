// The calls that docs/cpp-api.md shows, on a few rows of its own.

#include <iostream>
#include <string>

#include <arrow/api.h>
#include <thalweg/session.h>

using namespace thalweg;  // NOLINT: short for the reader
using fn::Col;

Status ShowErrors(const std::shared_ptr<Session>& session) {
  const auto rows = session->Table("sales").Filter("amount >").Collect();
  std::cout << GetErrorInfo(rows.status())->condition << "\n";  // PARSE_SYNTAX_ERROR
  return Status::OK();
}

Status ShowColumns(const DataFrame& df) {
  // clang-format off
  const DataFrame columns = df.Select("name", Col("price") * 2);   // columns
  const DataFrame constant = df.Filter(Col("name") == "Ann");      // a constant
  const DataFrame text = df.Filter("name = 'Ann'");                // SQL text
  const DataFrame totals =
      df.GroupBy(fn::Window("ts", "1 minute"), "name").Agg(fn::Sum("price").As("total"));
  // clang-format on
  for (const DataFrame& frame : {columns, constant, text}) ARROW_RETURN_NOT_OK(frame.Show());
  return totals.Select("name", "total").Show();
}

Status Run(const std::string&) {
  ARROW_ASSIGN_OR_RAISE(auto session, Session::Builder().AppName("calls").GetOrCreate());
  ARROW_RETURN_NOT_OK(ShowErrors(session));
  ARROW_ASSIGN_OR_RAISE(
      const DataFrame rows,
      session->Sql("SELECT * FROM VALUES (TIMESTAMP'2024-01-01 00:00:10', 'Ann', 1.5D), "
                   "(TIMESTAMP'2024-01-01 00:00:20', 'Ann', 2D) AS t(ts, name, price)"));
  return ShowColumns(rows);
}

int main(int argc, char** argv) {
  const thalweg::Status status = Run(argc > 1 ? argv[1] : ".");
  if (!status.ok()) std::cerr << thalweg::ErrorText(status) << "\n";
  return status.ok() ? 0 : 1;
}
