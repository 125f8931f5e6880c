// The functions of stream_callbacks.py in Scala, for scenarios with `"api": "scala"`; what
// tests/stream/scenario_callbacks.cc does too. record_stream.py compiles this file with the compiler
// among Spark's jars.

package scenario

import java.sql.Timestamp
import java.time.Duration

import scala.collection.mutable.ArrayBuffer
import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.{JsonNode, ObjectMapper}
import org.apache.spark.sql.{DataFrame, Encoder, Encoders, KeyValueGroupedDataset, Row}
import org.apache.spark.sql.streaming._

case class Event(k: String, event: String, n: java.lang.Long)
case class TimedEvent(k: String, t: Timestamp, n: java.lang.Long)
case class Counter(n: java.lang.Long)

/** A row that says what to do. */
case class Command(name: String, x: java.lang.Long, order: Long)

case class Options(
    variables: Seq[(String, String)],
    delete: Seq[String],
    ttlMillis: Long,
    valueSchema: String,
    failIn: String,
    hideTimes: Boolean,
    againMillis: Long,
    backSeconds: Long) {
  def fail(place: String): Unit = if (failIn == place) throw new RuntimeException("told to fail")
}

object Options {
  def of(node: JsonNode): Options = {
    val kinds = node.path("variables").properties.asScala.toSeq
      .map(field => (field.getKey, field.getValue.asText))
    Options(
      if (kinds.isEmpty) Seq("value", "list", "map").map(kind => (kind, kind)) else kinds,
      node.path("delete").asScala.toSeq.map(_.asText),
      node.path("ttl_ms").asLong(0),
      node.path("value_schema").asText("n bigint"),
      node.path("fail_in").asText(""),
      node.path("hide_times").asBoolean(false),
      node.path("again_ms").asLong(10000),
      node.path("back_s").asLong(0))
  }
}

object Commands {
  def of(rows: Iterator[Row]): Seq[Command] = rows.map(row => Command(
    row.getAs[String]("c"), row.getAs[java.lang.Long]("x"), row.getAs[Int]("v").toLong))
    .toSeq.sortBy(_.order)
}

/** Does with the GroupState what the rows say. */
object ObeyGroup {
  def call(key: String, rows: Iterator[Row], state: GroupState[Counter]): Iterator[Event] = {
    val out = ArrayBuffer[Event]()
    val emit = (event: String, n: java.lang.Long) => { out += Event(key, event, n); () }
    def current: java.lang.Long = state.getOption.map(_.n).orNull
    if (state.hasTimedOut) {
      emit("timeout", current)
      if (current == null || current % 2 == 0) state.remove() else state.update(Counter(current))
    }
    for (command <- Commands.of(rows)) command.name match {
      case "count" => state.update(Counter(state.getOption.map(_.n.toLong).getOrElse(0L) + 1))
      case "set" => state.update(Counter(command.x))
      case "null" => state.update(null)
      case "get" => emit("get", current)
      case "must" => emit("must", state.get.n)
      case "remove" => state.remove()
      case "duration" => state.setTimeoutDuration(command.x)
      case "at" => state.setTimeoutTimestamp(command.x * 1000)
      case "watermark" => emit("watermark", state.getCurrentWatermarkMs())
      case "fail" => throw new RuntimeException("told to fail")
      case _ =>
    }
    out.iterator
  }

  /** The last that `call` tells, or that it is done. */
  def callOnce(key: String, rows: Iterator[Row], state: GroupState[Counter]): Event =
    call(key, rows, state).toSeq.lastOption.getOrElse(Event(key, "done", null))
}

/** Does with its variables and timers what the rows say. */
class Obey(options: Options) extends StatefulProcessorWithInitialState[String, Row, Event, Row] {
  @transient private var value: ValueState[java.lang.Long] = _
  @transient private var list: ListState[java.lang.Long] = _
  @transient private var map: MapState[String, java.lang.Long] = _

  override def init(mode: OutputMode, timeMode: TimeMode): Unit = {
    val ttl =
      if (options.ttlMillis == 0) TTLConfig.NONE
      else TTLConfig(Duration.ofMillis(options.ttlMillis))
    options.delete.foreach(name => getHandle.deleteIfExists(name))
    for ((name, kind) <- options.variables) kind match {
      case "value" if options.valueSchema == "n bigint" =>
        value = getHandle.getValueState(name, Encoders.LONG, ttl)
      case "value" =>
        value = getHandle.getValueState(name, Encoders.STRING, ttl)
          .asInstanceOf[ValueState[java.lang.Long]]
      case "list" => list = getHandle.getListState(name, Encoders.LONG, ttl)
      case _ => map = getHandle.getMapState(name, Encoders.STRING, Encoders.LONG, ttl)
    }
    options.fail("init")
  }

  private def current: java.lang.Long = value.get()

  private def orZero: Long = if (current == null) 0L else current

  override def handleInitialState(key: String, initial: Row, timers: TimerValues): Unit = {
    options.fail("initial")
    value.update(orZero + initial.getAs[Long]("n"))
  }

  override def handleInputRows(
      key: String, rows: Iterator[Row], timers: TimerValues): Iterator[Event] = {
    val out = ArrayBuffer[Event]()
    val emit = (event: String, n: java.lang.Long) => { out += Event(key, event, n); () }
    for (command <- Commands.of(rows)) {
      withValue(command, emit)
      withList(command, emit)
      withMap(command, emit)
      withTimers(command, timers, emit)
    }
    out.iterator
  }

  private type Emit = (String, java.lang.Long) => Unit
  private def number(flag: Boolean): java.lang.Long = if (flag) 1L else 0L

  private def withValue(command: Command, emit: Emit): Unit = command.name match {
    case "count" => value.update(orZero + 1)
    case "set" => value.update(command.x)
    case "null" => value.update(null)
    case "get" => emit("get", current)
    case "exists" => emit("exists", number(value.exists()))
    case "clear" => value.clear()
    case "declare" => getHandle.getValueState[java.lang.Long]("late", Encoders.LONG, TTLConfig.NONE)
    case "fail" => throw new RuntimeException("told to fail")
    case _ =>
  }

  private def withList(command: Command, emit: Emit): Unit = command.name match {
    case "append" => list.appendValue(command.x)
    case "append_two" => list.appendList(Array[java.lang.Long](command.x, command.x + 1))
    case "put" => list.put(Array[java.lang.Long](command.x))
    case "put_nothing" => list.put(Array[java.lang.Long]())
    case "clear_list" => list.clear()
    case "list" =>
      emit("list_exists", number(list.exists()))
      list.get().zipWithIndex.foreach { case (n, index) => emit(s"list_$index", n) }
    case _ =>
  }

  private def withMap(command: Command, emit: Emit): Unit = {
    val key = s"m${command.x}"
    command.name match {
      case "map_set" => map.updateValue(key, command.order)
      case "map_get" => emit("map_get", map.getValue(key))
      case "map_has" => emit("map_has", number(map.containsKey(key)))
      case "map_remove" => map.removeKey(key)
      case "clear_map" => map.clear()
      case "map" =>
        emit("map_exists", number(map.exists()))
        map.iterator().toSeq.sortBy(_._1).foreach { case (name, n) => emit(s"map_$name", n) }
        emit("map_keys", map.keys().size.toLong)
        emit("map_values", map.values().map(_.toLong).sum)
      case _ =>
    }
  }

  private def withTimers(command: Command, timers: TimerValues, emit: Emit): Unit =
    command.name match {
      case "timer" => getHandle.registerTimer(command.x * 1000)
      case "timer_in" =>
        getHandle.registerTimer(timers.getCurrentProcessingTimeInMs() + command.x)
      case "untimer" => getHandle.deleteTimer(command.x * 1000)
      case "timers" =>
        getHandle.listTimers().zipWithIndex.foreach { case (time, index) =>
          emit(s"timer_$index", time / 1000)
        }
      case "watermark" => emit("watermark", timers.getCurrentWatermarkInMs())
      case _ =>
    }

  override def handleExpiredTimer(
      key: String, timers: TimerValues, expired: ExpiredTimerInfo): Iterator[Event] = {
    val time = expired.getExpiryTimeInMs()
    options.fail("timer")
    val left = current
    if (left != null && left > 0) {
      value.update(left - 1)
      getHandle.registerTimer(time + options.againMillis)
    }
    Iterator(Event(key, "expired", if (options.hideTimes) null else time / 1000))
  }

  override def close(): Unit = options.fail("close")
}

/** Counts rows and tells the count at the ten seconds in which they lie. */
class CountAtTimer(options: Options)
    extends StatefulProcessorWithInitialState[String, Row, TimedEvent, Row] {
  @transient private var counts: MapState[java.lang.Long, java.lang.Long] = _

  override def init(mode: OutputMode, timeMode: TimeMode): Unit =
    counts = getHandle.getMapState("counts", Encoders.LONG, Encoders.LONG, TTLConfig.NONE)

  override def handleInitialState(key: String, initial: Row, timers: TimerValues): Unit = ()

  override def handleInputRows(
      key: String, rows: Iterator[Row], timers: TimerValues): Iterator[TimedEvent] = {
    for (row <- rows) {
      val end = (row.getAs[Timestamp]("t").getTime / 10000 + 1) * 10
      val found = counts.getValue(end)
      counts.updateValue(end, (if (found == null) 0L else found.toLong) + 1)
      getHandle.registerTimer(end * 1000)
    }
    Iterator.empty
  }

  override def handleExpiredTimer(
      key: String, timers: TimerValues, expired: ExpiredTimerInfo): Iterator[TimedEvent] = {
    val end = expired.getExpiryTimeInMs() / 1000
    val count = counts.getValue(end)
    counts.removeKey(end)
    Iterator(TimedEvent(key, new Timestamp((end - options.backSeconds) * 1000), count))
  }
}

object Callbacks {
  private implicit val keys: Encoder[String] = Encoders.STRING
  private implicit val counters: Encoder[Counter] = Encoders.product[Counter]
  private implicit val events: Encoder[Event] = Encoders.product[Event]
  private implicit val timedEvents: Encoder[TimedEvent] = Encoders.product[TimedEvent]

  private def grouped(frame: DataFrame): KeyValueGroupedDataset[String, Row] =
    frame.groupByKey((row: Row) => row.getAs[String]("k"))

  private def counted(frame: DataFrame): KeyValueGroupedDataset[String, Counter] =
    grouped(frame).mapValues((row: Row) => Counter(row.getAs[Long]("n")))

  private def timeoutOf(name: String): GroupStateTimeout = name match {
    case "ProcessingTimeTimeout" => GroupStateTimeout.ProcessingTimeTimeout
    case "EventTimeTimeout" => GroupStateTimeout.EventTimeTimeout
    case _ => GroupStateTimeout.NoTimeout
  }

  private def modeOf(name: String): OutputMode = name match {
    case "append" => OutputMode.Append()
    case "complete" => OutputMode.Complete()
    case _ => OutputMode.Update()
  }

  private def timeModeOf(name: String): TimeMode = name.toLowerCase match {
    case "processingtime" => TimeMode.ProcessingTime()
    case "eventtime" => TimeMode.EventTime()
    case _ => TimeMode.None()
  }

  /** The function that `description` names over the frame; `initial` is null where there is none. */
  def apply(frame: DataFrame, description: String, initial: DataFrame): DataFrame = {
    val callback = new ObjectMapper().readTree(description)
    val mode = modeOf(callback.path("output_mode").asText("update"))
    val timeout = timeoutOf(callback.path("timeout").asText("NoTimeout"))
    val options = Options.of(callback.path("options"))
    callback.path("function").asText match {
      case "obey_group" if initial == null =>
        grouped(frame).flatMapGroupsWithState(mode, timeout)(ObeyGroup.call).toDF()
      case "obey_group" =>
        grouped(frame)
          .flatMapGroupsWithState(mode, timeout, counted(initial))(ObeyGroup.call).toDF()
      case "obey_group_once" if initial == null =>
        grouped(frame).mapGroupsWithState(timeout)(ObeyGroup.callOnce).toDF()
      case "obey_group_once" =>
        grouped(frame).mapGroupsWithState(timeout, counted(initial))(ObeyGroup.callOnce).toDF()
      case "count_at_timer" => transform(frame, callback, new CountAtTimer(options), initial)
      case "obey" => transform(frame, callback, new Obey(options), initial)
    }
  }

  private def transform[U: Encoder](
      frame: DataFrame,
      callback: JsonNode,
      processor: StatefulProcessorWithInitialState[String, Row, U, Row],
      initial: DataFrame): DataFrame = {
    val mode = modeOf(callback.path("output_mode").asText("update"))
    val timeMode = timeModeOf(callback.path("time_mode").asText("none"))
    val column = callback.path("event_time_column").asText("")
    if (initial != null) {
      implicit val rows: Encoder[Row] = Encoders.row(initial.schema)
      val states = grouped(initial)
      if (column.isEmpty) {
        grouped(frame).transformWithState(processor, timeMode, mode, states).toDF()
      } else {
        grouped(frame).transformWithState(processor, column, mode, states).toDF()
      }
    } else if (column.isEmpty) {
      grouped(frame).transformWithState(processor, timeMode, mode).toDF()
    } else {
      grouped(frame).transformWithState(processor, column, mode).toDF()
    }
  }
}
