import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.desc;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.split;

import java.util.Arrays;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;

/**
 * Counts the words of the text files of a directory, a file at a time.
 *
 * <p>usage: WordCountFiles DIRECTORY
 */
public final class WordCountFiles {
  public static void main(String[] arguments) throws Exception {
    SparkSession spark = SparkSession.builder().getOrCreate();
    Dataset<Row> lines =
        spark.readStream().option("maxFilesPerTrigger", 1).format("text").load(arguments[0]);
    Dataset<Row> words = lines.select(explode(split(lower(col("value")), "[^a-z]+")).as("word"));
    Dataset<Row> counts = words.filter(col("word").notEqual("")).groupBy("word").count();
    StreamingQuery query =
        counts
            .writeStream()
            .outputMode("complete")
            .format("memory")
            .queryName("counts")
            .trigger(Trigger.AvailableNow())
            .start();
    query.awaitTermination();

    long broughtData =
        Arrays.stream(query.recentProgress()).filter(p -> p.numInputRows() > 0).count();
    System.out.println("batches that brought data: " + broughtData);
    spark.table("counts").orderBy(desc("count"), col("word")).show(100, false);
    spark.stop();
  }
}
