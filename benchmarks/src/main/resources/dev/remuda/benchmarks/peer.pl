# Perl's AnyEvent::Task.
#   peer.pl latency COUNT [CORE]           one call at a time on one checkout: the p50, in nanoseconds; the
#                                          worker on CORE
#   peer.pl rate WORKERS IN_FLIGHT MILLIS  checkout, call and release: calls a second
use strict;
use warnings;
use File::Temp;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);
use AnyEvent;
use AnyEvent::Util;
use AnyEvent::Task::Server;
use AnyEvent::Task::Client;

my $folder = File::Temp->newdir;
my $path = "$folder/peer.sock";
my $text = 'x' x 64;
my ($what, @counts) = @ARGV;
my $core = $counts[1];

AnyEvent::Task::Server::fork_task_server(
  name => 'peer',
  listen => [ 'unix/', $path ],
  setup => sub { system('taskset', '-cp', $core, $$) if $what eq 'latency' && defined $core },
  interface => { echo => sub { $_[0] } },
);

sub now { clock_gettime(CLOCK_MONOTONIC) }

sub client {
  my ($workers) = @_;
  return AnyEvent::Task::Client->new(
    connect => [ 'unix/', $path ],
    min_workers => $workers,
    max_workers => $workers,
  );
}

sub latency {
  my ($count) = @_;
  my $client = client(1);
  my $checkout = $client->checkout;
  my $over = AE::cv;
  my @samples;
  my $left = $count + int($count / 4);
  my $call;
  $call = sub {
    my $begin = now();
    $checkout->echo($text, sub {
      push @samples, now() - $begin if $left <= $count;
      return --$left > 0 ? $call->() : $over->send;
    });
  };
  $call->();
  $over->recv;
  @samples = sort { $a <=> $b } @samples;
  printf "%d\n", $samples[@samples / 2] * 1e9;
}

sub rate {
  my ($workers, $in_flight, $millis) = @_;
  my $client = client($workers);
  my $over = AE::cv;
  my $warm = now() + 0.3;
  my ($begin, $done) = (0, 0);
  my $call;
  $call = sub {
    $client->checkout->echo($text, sub {
      my $now = now();
      if (!$begin) {
        $begin = $now if $now >= $warm;
      } else {
        $done++;
        return $over->send($done / ($now - $begin)) if $now - $begin >= $millis / 1000;
      }
      $call->();
    });
  };
  $call->() for 1 .. $in_flight;
  printf "%d\n", $over->recv;
}

my %measures = (latency => \&latency, rate => \&rate);
$measures{$what}->(@counts);
