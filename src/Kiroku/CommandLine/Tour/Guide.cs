using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kiroku.CommandLine.Tour;

/// <summary>
/// Runs the tour: starts a service on a fresh data folder, makes a server, performs <see cref="Stage.All"/> on it and a
/// <see cref="Retry"/>, and shows a summary. Whatever happens, it leaves nothing running.
/// </summary>
internal sealed class Guide(TourSettings settings, Screen screen)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly TimeProvider time = TimeProvider.System;
    private readonly List<Visit> visits = [];
    private ServiceProcess? service;
    private Cloud? cloud;
    private TouredServer? server;
    private RetryVisit? retried;

    /// <returns>Whether everything was right; null if the tour was interrupted.</returns>
    public async Task<bool?> ShowAsync(CancellationToken interrupted)
    {
        var folder = TourFolder.Create();
        var keeps = false;
        try
        {
            await VisitAsync(folder, interrupted);
            if (settings.Exit || !IsRight)
                return IsRight;
            keeps = true;
            await ServeOnAsync(folder, interrupted);
            return true;
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            screen.Say("interrupted");
            return null;
        }
        catch (Exception e) when (e is TourException or HttpRequestException or TimeoutException)
        {
            await Console.Error.WriteLineAsync($"kiroku: {e.Message}");
            return false;
        }
        finally
        {
            if (!IsRight && !interrupted.IsCancellationRequested)
                ShowLog();
            await EndAsync(folder, keeps);
        }
    }

    /// <summary>libvirt's mock has no disks, so nothing fails there without one.</summary>
    private bool IsRight => visits.Count == Stage.All.Count && visits.All(visit => visit.IsRight)
        && (!settings.IsReal || retried?.Differences.Count == 0);

    private async Task VisitAsync(string folder, CancellationToken interrupted)
    {
        screen.Say("Kiroku: nine actions on a real virtual machine, and their records", "bold");
        if (!settings.IsReal)
            screen.Say("This is libvirt's mock: NOTHING REAL RUNS, and no guest is asked.", "red");
        service = ServiceProcess.Start(settings, folder, time);
        await screen.WhileAsync("the service starts", async _ =>
        {
            await service.WaitUntilItAnswersAsync(interrupted);
            return true;
        });
        screen.Say($"the service answers at {service.Address} after {service.FirstAnswer.TotalMilliseconds:F0} ms; its "
            + $"data is in {folder}");
        cloud = await Cloud.SignInAsync(service.Address, folder, interrupted);
        server = await screen.WhileAsync("a server is made", _ => TouredServer.CreateAsync(cloud, time, interrupted));
        var guest = settings.IsReal ? new Guest(cloud, server.Id, time) : null;
        if (guest is not null)
            await screen.WhileAsync("its guest boots", _ => guest.WaitForBootAsync(interrupted));
        screen.Say($"made the server {server.Id} (image kiroku-guest, flavor m1.nano)");
        ShowGuest(guest);
        foreach (var stage in Stage.All)
            await VisitAsync(stage, guest, interrupted);
        if (guest is not null)
            await RetryAsync(folder, guest, interrupted);
        ShowSummary();
    }

    private async Task VisitAsync(Stage stage, Guest? guest, CancellationToken interrupted)
    {
        screen.Say();
        screen.Say($"{visits.Count + 1,2}  {stage.Action}: {stage.What}", "bold");
        var began = time.GetTimestamp();
        var requestId = await server!.ActAsync(stage, interrupted);
        await screen.WhileAsync(stage.Action, async tell =>
        {
            await server.WaitForAsync(stage.Status, tell, requestId, interrupted);
            return true;
        });
        var took = time.GetElapsedTime(began);
        var record = await server.ReadAsync(requestId, interrupted);
        var own = await server.ReadEndAsync(requestId, interrupted) - record.StartTime - record.InSteps;
        List<string> differences = [
            .. record.Compare(stage, new Identifiers(server.Id, requestId, cloud!.ProjectId, cloud.UserId))];
        screen.ShowTimeline(record);
        if (guest is not null)
        {
            var (flavor, before) = (server.FlavorOf(stage.GuestFlavor), guest.Last);
            differences.AddRange(
                await screen.WhileAsync("the guest is asked", _ => guest.CompareAsync(stage, flavor, interrupted)));
            ShowGuest(guest, stage, isNew: guest.Last != before);
        }
        if (stage.Events.Any(e => e.Inside is not null)
            && !visits.Exists(v => v.Stage.Events.Any(e => e.Inside is not null)))
            ShowJson(record);
        foreach (var difference in differences)
            screen.Say($"    WRONG: {difference}", "red");
        visits.Add(new Visit(stage, took, own, differences));
    }

    private async Task RetryAsync(string folder, Guest guest, CancellationToken interrupted)
    {
        screen.Say();
        screen.Say($"{visits.Count + 1,2}  {Retry.Start.Action}: {Retry.Start.What}", "bold");
        var stop = await server!.ActAsync(Retry.Stop, interrupted);
        await screen.WhileAsync(Retry.Stop.Action, async tell =>
        {
            await server.WaitForAsync(Retry.Stop.Status, tell, stop, interrupted);
            return true;
        });
        var flavor = server.FlavorOf(Retry.Start.GuestFlavor);
        List<string> differences = [.. await guest.CompareAsync(Retry.Stop, flavor, interrupted)];
        var retry = new Retry(cloud!, server, folder, time);
        var requestId = await screen.WhileAsync(Retry.Start.Action, tell => retry.RunAsync(tell, interrupted));
        var (record, action) = (await server.ReadAsync(requestId, interrupted),
            await retry.ReadAsync(requestId, interrupted));
        differences.AddRange(Retry.Compare(action, record));
        screen.ShowTimeline(record);
        if ((string?)action["attempts"]!.AsArray()[0]?["details"] is { } details)
            screen.Say($"    why the first attempt failed: {details}", "grey");
        differences.AddRange(await screen.WhileAsync(
            "the guest is asked", _ => guest.CompareAsync(Retry.Start, flavor, interrupted)));
        ShowGuest(guest);
        foreach (var difference in differences)
            screen.Say($"    WRONG: {difference}", "red");
        retried = new RetryVisit(requestId, record.Events.Count, differences);
    }

    private void ShowGuest(Guest? guest)
    {
        if (guest?.Last is { } boot)
            screen.Say($"    the guest says: {boot}", "grey");
    }

    private void ShowGuest(Guest guest, Stage stage, bool isNew)
    {
        if (isNew)
            ShowGuest(guest);
        var rest = stage.Guest switch
        {
            GuestTells.PowerOff or GuestTells.FreshDisk => "it switched off by itself",
            GuestTells.Gone => "nothing: it has no machine",
            GuestTells.Nothing => "nothing new",
            _ => null,
        };
        if (rest is not null)
            screen.Say($"    the guest says: {rest}", "grey");
    }

    private void ShowJson(Record record)
    {
        screen.Say("    The same record as the API gives it, the newest event first:", "grey");
        foreach (var line in JsonNode.Parse(record.Body)!.ToJsonString(Indented).Split('\n'))
            screen.Say($"    {line}", "grey");
    }

    private void ShowSummary()
    {
        var kinds = visits.GroupBy(visit => visit.Stage.Action).ToList();
        screen.Say();
        screen.ShowSummary(visits);
        var right = kinds.Count(kind => kind.All(visit => visit.IsRight));
        screen.Say($"{right} of {kinds.Count} actions left exactly the record that the API's documentation shows"
            + (settings.IsReal && right == kinds.Count ? ", and the guest agrees." : "."),
            right == kinds.Count ? "bold green" : "bold red");
        if (retried is { Differences.Count: 0 })
            screen.Say($"The start whose disk was away succeeded on attempt {retried.Attempts}, and its record has "
                + "every attempt.", "bold green");
        else if (retried is not null)
            screen.Say("The start whose disk was away did not leave the record that it should.", "bold red");
        screen.Say($"first answer {service!.FirstAnswer.TotalMilliseconds:F0} ms after the process's start; "
            + $"resident memory of the service {service.ReadResidentMemory() / 1024} MiB; "
            + $"Kiroku's own time in the {visits.Count} actions {visits.Sum(visit => visit.Own.TotalMilliseconds):F0} "
                + "ms");
    }

    private async Task ServeOnAsync(string folder, CancellationToken interrupted)
    {
        var page = retried is null
            ? $"/ui/servers/{server!.Id}" : $"/ui/servers/{server!.Id}/actions/{retried.RequestId}";
        var (link, expires) = await cloud!.MakeLinkAsync(page, interrupted);
        screen.Say();
        screen.Say(string.Create(CultureInfo.InvariantCulture, $"The service goes on. See {(retried is null
            ? "the server" : "that start")} in a browser, by a link that signs in once, until {expires:HH:mm} UTC:"));
        screen.SayWhole($"  {link}");
        screen.Say("Try in another terminal:");
        screen.SayWhole($"  OS_CLIENT_CONFIG_FILE={Path.Combine(folder, "clouds.yaml")} openstack --os-cloud kiroku "
            + $"server event list {TouredServer.Name}");
        if (!IsInstalled("openstack"))
            screen.Say("  (the client is not installed; on Debian: apt-get install python3-openstackclient)");
        screen.Say("Ctrl+C ends the service and its machines.");
        await service!.Ended.WaitAsync(interrupted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!interrupted.IsCancellationRequested)
            throw new TourException("expected the service to go on, but it ended");
    }

    private void ShowLog()
    {
        if (service is null)
            return;
        Console.Error.WriteLine("kiroku: the end of the service's log:");
        foreach (var line in service.Tail)
            Console.Error.WriteLine($"  {line}");
    }

    private async Task EndAsync(string folder, bool keeps)
    {
        await screen.WhileAsync("ending the service and its machines", async _ =>
        {
            if (server is not null && !keeps)
                await DeleteServerAsync();
            cloud?.Dispose();
            if (service is not null)
                await service.DisposeAsync();
            await DownCommand.EndDaemonAsync(folder, CancellationToken.None);
            return true;
        });
        if (!keeps)
            await RemoveAsync(folder);
        screen.Say(keeps
            ? $"Ended. The data is kept: ./kiroku serve --data {folder} goes on with it."
            : "Ended and removed what the tour made.");
    }

    /// <summary>
    /// Uses rm, which never follows a link. .NET would follow one that the machines' account puts in a folder's
    /// place.
    /// </summary>
    private static async Task RemoveAsync(string folder)
    {
        using var rm = Process.Start("rm", ["-rf", "--", folder]);
        await rm.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>The private daemon takes its server's machine with it when it ends; the machine of another daemon
    /// would stay.</summary>
    private async Task DeleteServerAsync()
    {
        try
        {
            await server!.DeleteAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is TourException or HttpRequestException)
        {
            await Console.Error.WriteLineAsync($"kiroku: the server could not be deleted: {e.Message}");
        }
    }

    private static bool IsInstalled(string command) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(':').Any(folder => File.Exists(Path.Combine(folder, command)));
}

/// <summary>What came of the tour's retry.</summary>
internal sealed record RetryVisit(string RequestId, int Attempts, IReadOnlyList<string> Differences);
