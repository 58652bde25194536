using Kiroku.Hypervisors.Libvirt.Daemon;
using Kiroku.Hypervisors.Libvirt.Machines;
using Kiroku.SystemTests.Hypervisors;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Actions;

/// <summary>
/// What a compromised machine of one project can reach of another project's machines and of the service.
/// </summary>
public sealed class TakenOverMachineTests(TestService service) : ServiceTests(service), IClassFixture<TestService>
{
    [Fact]
    public async Task It_opens_nothing_of_another_projects_server_or_of_the_service_before_and_after_restarts()
    {
        RealParts.RequireRoot();
        var mine = await NewServerAsync();
        var first = await mine.BootedAsync();
        var theirs = await StartAsAdminAsync();
        await RequireClosedAsync(mine, theirs);
        await Service.KillAsync();
        await Commands.SignalAsync("KILL", Service.DaemonId);
        await Service.EnsureStartedAsync();
        await mine.DoAsync("""{"reboot": {"type": "HARD"} }""", "ACTIVE");
        Assert.Equal(2, (await mine.BootedAsync(first)).Boots);
        await RequireClosedAsync(mine, theirs);
    }

    private async Task RequireClosedAsync(TestServer mine, Guid theirs)
    {
        var intruder = new Intruder(Service.QemuOf(mine.Id));
        Assert.True(await intruder.ReadsAsync(Path.Combine(Service.VolumesFolder, mine.Disks().Single())));
        var files = Directory.EnumerateFiles(Service.VolumesFolder, $"*{theirs}*").ToList();
        Assert.Equal(2, files.Count);
        files.Add(ConsoleFiles.PathOf(Path.Combine(Service.Data, "consoles"), theirs));
        files.Add(Path.Combine(Service.Data, "clouds.yaml"));
        files.AddRange(Directory.EnumerateFiles(Service.Data, "kiroku.db*"));
        files.Add(Path.Combine(Service.Data, "libvirt", "r", PrivateFolders.Socket));
        files.AddRange(
            Directory.EnumerateFiles(
                Path.Combine(Service.Data, "libvirt"), $"*{theirs}.xml", SearchOption.AllDirectories));
        Assert.All(files, file => Assert.True(Path.Exists(file), file));
        Assert.Contains(files, file => file.EndsWith(".xml", StringComparison.Ordinal));
        foreach (var file in files) Assert.False(await intruder.OpensAsync(file), file);
        Assert.NotEqual(intruder.User, new Intruder(Service.QemuOf(theirs)).User);
    }

    /// <summary>Starts a server of another project, with a password in its config drive.</summary>
    private async Task<Guid> StartAsAdminAsync()
    {
        var answer = await Service.Admin.PostAsync(
            "/v2.1/servers",
            $$"""{"server": {"name": "other", "flavorRef": "{{TestServer.Nano}}", "imageRef": "{{await Service.GuestImageIdAsync()}}", "config_drive": true} }""");
        Assert.True(answer.Status == 202, answer.Text);
        var id = Guid.Parse((string)answer.Json["server"]!["id"]!);
        await Poll.UntilAsync(
            "the other project's server to run",
            async ()
                => (string)(await Service.Admin.ReadAsync($"/v2.1/servers/{id}"))["server"]!["status"]! == "ACTIVE");
        return id;
    }
}
