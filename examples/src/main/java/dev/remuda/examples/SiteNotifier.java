package dev.remuda.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What one site does at an alarm. */
final class SiteNotifier {
  private final String site;
  private final Path file;
  private final SmtpSender mail;
  private final PopUps popUps;

  SiteNotifier(String site, Path folder, SmtpSender mail, PopUps popUps) {
    this.site = site;
    this.file = folder.resolve(site + ".log");
    this.mail = mail;
    this.popUps = popUps;
  }

  /** Blocks; when a step fails all are done again. */
  void act(String alarm) throws IOException {
    popUps.show(site + ": " + alarm);
    Files.writeString(file, alarm + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    mail.send("guard@" + site + ".example", alarm);
  }
}
