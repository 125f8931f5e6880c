import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.split;
import static org.apache.spark.sql.functions.window;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;

/**
 * Counts words in sliding windows of event time. Windows that the watermark closed are written.
 *
 * <p>usage: WindowedWordCount DIRECTORY
 *
 * <p>DIRECTORY holds JSON lines with ts and line; windows are of 10 minutes, every 5 minutes.
 */
public final class WindowedWordCount {
  public static void main(String[] arguments) throws Exception {
    SparkSession spark = SparkSession.builder().getOrCreate();
    spark.conf().set("spark.sql.session.timeZone", "UTC");
    Dataset<Row> lines =
        spark
            .readStream()
            .schema("ts TIMESTAMP, line STRING")
            .option("maxFilesPerTrigger", 1)
            .json(arguments[0]);
    Dataset<Row> words = lines.select(explode(split(col("line"), " ")).as("word"), col("ts"));
    Dataset<Row> counts =
        words
            .withWatermark("ts", "10 minutes")
            .groupBy(window(col("ts"), "10 minutes", "5 minutes"), col("word"))
            .count();
    StreamingQuery query =
        counts.writeStream().outputMode("append").format("memory").queryName("windows").start();
    query.processAllAvailable();
    System.out.println("watermark: " + query.lastProgress().eventTime().get("watermark"));
    query.stop();

    spark
        .table("windows")
        .select("window.start", "window.end", "word", "count")
        .orderBy("start", "word")
        .show(200, false);
    spark.stop();
  }
}
