package dev.remuda.cli;

import java.util.LinkedHashMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code remuda dump}: what the threads of one worker do. */
@Command(
    name = "dump",
    sortOptions = false,
    header = "Shows what the threads of a worker do at this moment.",
    synopsisHeading = "%nUsage: ",
    customSynopsis = "remuda dump ADDR ID [--json] [--timeout D]",
    description = {"", "The worker goes on with its call; nobody is disturbed.", ""},
    footerHeading = "%nExamples:%n",
    footer = {
      "  remuda dump unix:/run/ocr.sock 7",
      "  remuda dump unix:/run/ocr.sock 'ocr(7)' >ocr-7.txt",
      "",
      "A worker that is stopped, or no JVM, may have nothing to say: after --timeout,",
      "10 s at the most, that is an error.",
      "",
      "Exit status: 0 shown, 1 no such worker, or it says nothing, 2 wrong usage, 3 no",
      "server, or no answer in time."
    })
final class DumpCommand extends ControlCommand {
  @Parameters(
      index = "1",
      paramLabel = "ID",
      description = "The worker, such as 'ocr(7)', or just 7.")
  private String id = "";

  @Override
  int run(ControlClient server) throws CommandException {
    WorkerRow worker = WorkerRow.find(WorkerRow.of(server), id);
    if (!(server.askAboutWorker("dump", worker.id(), worker.pid()) instanceof String dump)) {
      throw server.nonsense("dump");
    }
    if (isJson()) {
      var all = new LinkedHashMap<String, Object>();
      all.put("id", worker.id());
      all.put("pid", worker.pid());
      all.put("state", worker.state());
      all.put("dump", dump);
      printJson(all);
    } else {
      String head =
          worker.name()
              + ", "
              + worker.state()
              + " for "
              + DurationText.rounded(worker.inStateMillis());
      print(Terminal.STDOUT.bold(Printable.line(head)) + "\n\n" + Printable.lines(dump));
    }
    return ExitStatus.DONE;
  }
}
