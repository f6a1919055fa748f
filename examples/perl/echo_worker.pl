#!/usr/bin/env perl
# A worker in Perl 5.14 or later, core modules only: the base protocol of docs/protocol.md, the one
# extension "rt", and the lines to and from its supervisor.
#
#     remuda serve --listen unix:/tmp/echo.sock -- perl examples/perl/echo_worker.pl
#     remuda call unix:/tmp/echo.sock echo 1 '"λ"'
#
# To serve something else, replace what is between the two lines below. There is one thread: what
# comes during a call, be it the client's end or a word of the supervisor, is told by SIGIO.

use strict;
use warnings;
use utf8;
use Errno ();
use Fcntl qw(F_GETFL F_SETFL F_SETFD F_SETOWN FD_CLOEXEC O_ASYNC O_NONBLOCK);
use IO::Handle;
use IO::Socket;
use JSON::PP ();
use POSIX ();
use Time::HiRes qw(setitimer ITIMER_REAL);

# ---- What is served. Strings are of characters; what a method dies of fails its call only. ----

my @kept;

my %METHODS = (
    echo => sub { [@_] },
    fail => sub { die "$_[0]\n" },
    sleep => \&sleep_millis,
    pid => sub { $$ },
    keep => sub { push @kept, @_; [@kept] },    # state that lasts until the checkout is released
);

# A signal ends a Perl sleep early, so it is resumed.
sub sleep_millis {
    my ($millis) = @_;
    my $end = Time::HiRes::time() + $millis / 1000;
    while ((my $left = $end - Time::HiRes::time()) > 0) {
        select undef, undef, undef, $left;
    }
    return $millis;
}

# Runs at each release: the next caller must meet nothing of the one before. If it dies, so does
# this process.
sub checkout_done { @kept = () }

# ---- Below here is the protocol. ----

my ($NOT_NEEDED, $CONNECTION_ENDED) = (0, 1);    # exit statuses
my ($MAX_MESSAGE_BYTES, $MAX_NESTING, $MAX_DIGITS) = (64 << 20, 512, 10_000);

# Numbers beyond Perl's own come and go as Math::BigInt and Math::BigFloat.
my $JSON = JSON::PP->new->utf8->allow_bignum->max_depth($MAX_NESTING);

my %GREETING = (
    v => 1,
    pid => $$,
    id => defined $ENV{REMUDA_WORKER} ? $ENV{REMUDA_WORKER} : 'perl',
    caps => ['rt'],
);

my $client;                  # the connection, while there is one
my $accepting = 0;           # whether one is being accepted
my $calling = 0;             # whether a method runs
my $greeted = 0;             # whether the client has been told who this is
my $takes_rt = 0;            # whether it has said that it understands "rt"
my $retired = 0;             # whether the supervisor wants this worker to leave
my $asked_back = 0;          # whether the client has been told so
my $writing = 0;             # whether a message is half sent: no other may come between
my $supervisor_lives = 1;

binmode STDOUT, ':encoding(UTF-8)';
binmode STDERR, ':encoding(UTF-8)';
STDOUT->autoflush(1);

# Descriptor 0 is the listening socket. It moves, and /dev/null takes its place, so that nothing
# that runs here reads from it. It stays a blocking one, since it is the other workers' too.
open my $dup, '+<&', \*STDIN or die "descriptor 0: $!\n";
my $listener = IO::Socket->new_from_fd($dup, '+<') or die "descriptor 0: $!\n";
close $dup;
open STDIN, '<', '/dev/null' or die "/dev/null: $!\n";
open my $control_in, '<&=', 3 or die "descriptor 3: $!\n";
open my $control_out, '>&=', 4 or die "descriptor 4: $!\n";

# What Perl opens above $^F, which is 2, is closed in the programs that a method starts. These came
# open, so they are marked.
fcntl $_, F_SETFD, FD_CLOEXEC or die "fcntl: $!\n" for $control_in, $control_out;

$SIG{PIPE} = 'IGNORE';    # a client that has left shows in the result of the write
$SIG{ALRM} = sub { };     # ends a wait, and no more
$SIG{IO} = sub {
    local ($!, $@);
    hear();
    POSIX::_exit($CONNECTION_ENDED) if $calling && client_gone();    # nobody waits for the answer
};
tell_by_signal($control_in, O_NONBLOCK);

main();

sub main {
    while (1) {
        say_line('ready');
        $client = accept_client();
        say_line('accepted');
        tell_by_signal($client, 0);
        serve() and leave($CONNECTION_ENDED);
        undef $client;    # it said nothing: this worker is as good as new
        leave($NOT_NEEDED) if $retired || !$supervisor_lives;
    }
}

# Waits for the supervisor too. Another worker may be faster to accept; the timer ends a wait for a
# connection that is gone already.
sub accept_client {
    while (1) {
        wait_for($listener);
        $accepting = 1;    # from here on a connection may be taken before it is known
        setitimer(ITIMER_REAL, 0.1, 0.1);
        $client = $listener->accept;
        setitimer(ITIMER_REAL, 0);
        $accepting = 0;
        return $client if $client;
        leave($NOT_NEEDED) if $retired || !$supervisor_lives;
    }
}

# Serves until the client closes; false when it did so without a message.
sub serve {
    my $any = 0;
    while (my $message = next_message()) {
        $any = 1;
        my ($code, $meta, @arguments) = @$message;
        if ($code eq 'do') {
            my $w = greet($meta);
            reply(answer(\@arguments, $w ? { w => $w } : {}));
            $greeted ||= $w;
        } elsif ($code eq 'dn') {
            checkout_done();
            # One that cannot be asked to let go is let go of, unless it has its next call here.
            leave($CONNECTION_ENDED) if $retired && !$takes_rt && !next_begun();
        } elsif ($code eq 'hi') {
            greet($meta);
            reply($JSON->encode(['hi', { w => \%GREETING }]));
            $greeted = 1;
        } else {
            bad("unknown code '$code'");
        }
        ask_back();
    }
    return $any;
}

sub greet {
    my ($meta) = @_;
    my $c = $meta->{c};
    return undef if ref $c ne 'HASH';
    $takes_rt = ref $c->{caps} eq 'ARRAY' && grep { defined && $_ eq 'rt' } @{ $c->{caps} };
    return \%GREETING;
}

# Runs one call and gives the bytes of its reply.
sub answer {
    my ($arguments, $about) = @_;
    my ($name, @rest) = @$arguments;
    my $method = defined $name && !ref $name ? $METHODS{$name} : undef;
    if (!$method) {
        my $there = join ', ', sort keys %METHODS;
        $name = 'that is no text' if !defined $name || ref $name;
        return encoded('er', $about, "no method $name; there is $there");
    }
    $calling = 1;
    my $done = eval { $about->{result} = $method->(@rest); 1 };
    my $error = $@;
    $calling = 0;
    my $result = delete $about->{result};
    return encoded('er', $about, "$error") if !$done;
    my $reply = eval { encoded('ok', $about, $result) };
    return defined $reply
        ? $reply
        : encoded('er', $about, "error encoding interface output: $@");
}

sub encoded {
    my $bytes = $JSON->encode(\@_);
    die "over the limit of $MAX_MESSAGE_BYTES bytes\n" if length $bytes > $MAX_MESSAGE_BYTES;
    # JSON::PP writes infinities as they are; words like these may stand in strings, too.
    $JSON->decode($bytes) if $bytes =~ /[\[,:]-?(?:inf|nan)/i;
    return $bytes;
}

sub ask_back {
    return if $calling || $writing || $asked_back || !$retired || !$takes_rt || !$greeted;
    $asked_back = 1;
    reply($JSON->encode(['rt', {}]));
}

# ---- Messages: JSON arrays back to back, in pieces of any size. ----

my ($bytes, $scanned, $depth, $in_string);

sub next_message {
    ($bytes, $scanned, $depth, $in_string) = ('', 0, 0, 0) if !defined $bytes;
    my $end;
    until ($end = end_of_first()) {
        wait_for($client);
        my $read = sysread $client, $bytes, 1 << 16, length $bytes;
        next if !defined $read && $!{EINTR};
        if (!$read) {    # closed or broken
            undef $bytes;
            return undef;
        }
    }
    my $text = substr $bytes, 0, $end, '';
    $scanned = 0;
    too_large("number over the limit of $MAX_DIGITS digits") if has_long_number($text);
    my $message = eval { $JSON->decode($text) };
    bad("not JSON: $@") if !$message;
    bad('not [code, META, …]')
        if @$message < 2 || !defined $message->[0] || ref $message->[0]
        || ref $message->[1] ne 'HASH';
    return $message;
}

# Counts brackets outside of strings, each byte once; those of a UTF-8 character never look so.
sub end_of_first {
    if ($depth == 0) {
        $bytes =~ s/\A[ \t\r\n]+//;
        bad('no message begins: ' . printable(substr $bytes, 0, 40)) if $bytes =~ /\A[^\[]/;
    }
    pos($bytes) = $scanned;
    while ($in_string ? $bytes =~ /(["\\])/g : $bytes =~ /(["\[\]{}])/g) {
        $scanned = pos $bytes;
        if ($1 eq '\\') {
            return 0 if ++$scanned > length $bytes;    # what it escapes has not come yet
            pos($bytes) = $scanned;
        } elsif ($1 eq '"') {
            $in_string = !$in_string;
        } elsif ($1 eq '[' || $1 eq '{') {
            too_large("nesting over the limit of $MAX_NESTING levels") if ++$depth > $MAX_NESTING;
        } elsif (--$depth == 0) {
            return $scanned;
        }
    }
    $scanned = length $bytes if $scanned < length $bytes;
    too_large("message over the limit of $MAX_MESSAGE_BYTES bytes")
        if $scanned > $MAX_MESSAGE_BYTES;
    return 0;
}

# Written out, 1e999999999 would fill the memory.
sub has_long_number {
    my ($text) = @_;
    my $long = qr/[0-9]{$MAX_DIGITS}|[eE][+-]?[0-9]{5}/;
    return 0 if $text !~ $long;
    $text =~ s/"(?:[^"\\]++|\\.)*+"//gs;
    return $text =~ $long;
}

sub next_begun { return length $bytes || readable($client) }

sub reply {
    my ($left) = @_;
    $writing = 1;
    while (length $left) {
        my $written = syswrite $client, $left;
        next if !defined $written && $!{EINTR};
        leave($CONNECTION_ENDED) if !defined $written;    # the client did not wait
        substr $left, 0, $written, '';
    }
    $writing = 0;
}

sub too_large {
    my ($why) = @_;
    reply(encoded('er', {}, $why));
    bad($why);
}

sub bad {
    my ($why) = @_;
    $why =~ s/ at \S+ line [0-9]+\.\n//;
    print STDERR "echo_worker: the connection ends: $why\n";
    leave($CONNECTION_ENDED);
}

sub printable {
    my ($text) = @_;
    $text =~ s/([^ -~])/sprintf '\\x%02x', ord $1/ge;
    return "'$text'";
}

# ---- The supervisor ----

sub say_line { syswrite $control_out, "$_[0]\n" }    # one that is gone is noticed by hear

my $heard;

sub hear {
    while ($supervisor_lives) {
        my $read = sysread $control_in, my $piece, 4096;
        return if !defined $read && ($!{EAGAIN} || $!{EINTR});
        $heard = (defined $heard ? $heard : '') . $piece if $read;
        while ($read && $heard =~ s/\A(.*)\n//) {
            retire() if $1 eq 'retire';
        }
        supervisor_gone() if !$read;
    }
}

sub retire {
    $retired = 1;
    return if $accepting;
    POSIX::_exit($NOT_NEEDED) if !$client;
    ask_back();
}

sub supervisor_gone {
    $supervisor_lives = 0;
    POSIX::_exit($NOT_NEEDED) if !$client && !$accepting;
    close $listener;    # nobody may connect into a queue that no worker takes from
}

# ---- Waiting ----

# Until this handle can be read; hears the supervisor meanwhile.
sub wait_for {
    my ($handle) = @_;
    while (1) {
        my $wanted = '';
        vec($wanted, fileno $handle, 1) = 1;
        vec($wanted, fileno $control_in, 1) = 1 if $supervisor_lives;
        my $found = select $wanted, undef, undef, undef;
        next if $found <= 0;
        hear() if vec $wanted, fileno $control_in, 1;
        return if defined fileno $handle && vec $wanted, fileno $handle, 1;
    }
}

sub readable {
    my ($handle) = @_;
    my $wanted = '';
    vec($wanted, fileno $handle, 1) = 1;
    return 0 < select $wanted, undef, undef, 0;
}

sub client_gone {
    return 0 if !readable($client);
    my $came = recv $client, my $byte, 1, MSG_PEEK;
    return !defined $came || !length $byte;
}

# In order, with END blocks; no signal may come once Perl has taken its handlers away.
sub leave {
    my ($status) = @_;
    fcntl $_, F_SETOWN, 0 for grep { defined } $client, $control_in;
    exit $status;
}

sub tell_by_signal {
    my ($handle, $more) = @_;
    my $flags = fcntl $handle, F_GETFL, 0 or die "fcntl: $!\n";
    fcntl $handle, F_SETOWN, $$ or die "fcntl: $!\n";
    fcntl $handle, F_SETFL, $flags | O_ASYNC | $more or die "fcntl: $!\n";
}
