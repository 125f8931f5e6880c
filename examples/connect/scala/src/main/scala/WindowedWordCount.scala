import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.functions._

/** Counts words in sliding windows of event time. Windows that the watermark closed are written.
  *
  * usage: WindowedWordCount DIRECTORY
  *
  * DIRECTORY holds JSON lines with ts and line; windows are of 10 minutes, every 5 minutes.
  */
object WindowedWordCount {
  def main(arguments: Array[String]): Unit = {
    val Array(directory) = arguments
    val spark = SparkSession.builder().getOrCreate()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    val lines = spark.readStream.schema("ts TIMESTAMP, line STRING")
      .option("maxFilesPerTrigger", 1).json(directory)
    val words = lines.select(explode(split(col("line"), " ")).as("word"), col("ts"))
    val counts = words.withWatermark("ts", "10 minutes")
      .groupBy(window(col("ts"), "10 minutes", "5 minutes"), col("word")).count()
    val query = counts.writeStream.outputMode("append").format("memory").queryName("windows")
      .start()
    query.processAllAvailable()
    println(s"watermark: ${query.lastProgress.eventTime.get("watermark")}")
    query.stop()

    spark.table("windows").select("window.start", "window.end", "word", "count")
      .orderBy("start", "word").show(200, truncate = false)
    spark.stop()
  }
}
