import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.functions._
import org.apache.spark.sql.streaming.Trigger

/** Counts the words of the text files of a directory, a file at a time.
  *
  * usage: WordCountFiles DIRECTORY
  */
object WordCountFiles {
  def main(arguments: Array[String]): Unit = {
    val Array(directory) = arguments
    val spark = SparkSession.builder().getOrCreate()
    val lines = spark.readStream.option("maxFilesPerTrigger", 1).text(directory)
    val words = lines.select(explode(split(lower(col("value")), "[^a-z]+")).as("word"))
    val counts = words.filter(col("word") =!= "").groupBy("word").count()
    val query = counts.writeStream.outputMode("complete").format("memory").queryName("counts")
      .trigger(Trigger.AvailableNow()).start()
    query.awaitTermination()

    println(s"batches that brought data: ${query.recentProgress.count(_.numInputRows > 0)}")
    spark.table("counts").orderBy(desc("count"), col("word")).show(100, truncate = false)
    spark.stop()
  }
}
