using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Kiroku.Hypervisors;
using Kiroku.Hypervisors.Libvirt.Machines;

namespace Kiroku.SystemTests.Hypervisors;

/// <summary>
/// The daemon's account places links, pipes, devices and huge files wherever root's service opens something. Nothing
/// of root's is touched, and nothing hangs.
/// </summary>
public sealed class HostileAccountTests : IDisposable
{
    /// <summary>The limit for calls that would hang without the protection.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly RootsOwn roots = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => roots.Dispose();

    [Theory]
    [InlineData("link", "r/output.log")]
    [InlineData("pipe", "r/output.log")]
    [InlineData("link", "r/libvirtd.log")]
    [InlineData("pipe", "r/libvirtd.log")]
    [InlineData("link", "r/libvirtd.pid")]
    [InlineData("pipe", "r/libvirtd.pid")]
    [InlineData("huge file", "r/libvirtd.pid")]
    [InlineData("link", "c/libvirt/qemu.conf")]
    [InlineData("pipe", "c/libvirt/qemu.conf")]
    [InlineData("huge file", "c/libvirt/qemu.conf")]
    [InlineData("folder", "c/libvirt/qemu.conf")]
    public async Task A_start_leaves_alone_whatever_is_in_the_place_of_a_file(string kind, string place)
    {
        await using var host = new PrivateHost();
        await StartOnceAsync(host);
        await HostileAccount.OwnSettingsAsync(host.Options);
        await HostileAccount.PlantAsync(kind, InLibvirt(host, place), roots.SecretFile);
        // A daemon whose process id cannot be read is never found.
        var daemon = (kind, place) is ("link" or "pipe", "r/libvirtd.pid") ? host.DaemonThatFails : host.Daemon;
        try
        {
            await daemon.EnsureAsync(Token).WaitAsync(Patience, Token);
        }
        catch (HypervisorException failure)
        {
            // The daemon itself, which has only the account's rights, may fail because of what its account did.
            Assert.StartsWith("r/", place, StringComparison.Ordinal);
            Assert.Equal(HypervisorFailure.Unavailable, failure.Failure);
        }
        roots.AssertUntouched();
    }

    [Theory]
    [InlineData("link", "c/libvirt")]
    [InlineData("link", "c/libvirt/qemu")]
    [InlineData("link", "r/libvirt/qemu/run")]
    [InlineData("pipe", "c/libvirt/storage")]
    public async Task A_link_in_place_of_a_folder_leads_nowhere(string kind, string place)
    {
        await using var host = new PrivateHost();
        await StartOnceAsync(host);
        await HostileAccount.OwnSettingsAsync(host.Options);
        await HostileAccount.PlantAsync(kind, InLibvirt(host, place), roots.Folder);
        try
        {
            await host.Daemon.EnsureAsync(Token).WaitAsync(Patience, Token);
        }
        catch (HypervisorException failure)
        {
            Assert.Equal(HypervisorFailure.Unavailable, failure.Failure);
        }
        roots.AssertUntouched();
        await HostileAccount.PlantAsync("folder", InLibvirt(host, place), "");
    }

    [Theory]
    [InlineData("link")]
    [InlineData("hard link")]
    [InlineData("pipe")]
    [InlineData("device")]
    [InlineData("folder")]
    public async Task A_console_that_is_not_the_machines_own_file_is_not_read(string kind)
    {
        await using var host = new PrivateHost();
        await using var hypervisor = host.Connect();
        await hypervisor.Connected.WaitAsync(Patience, Token);
        var machine = Guid.NewGuid();
        await HostileAccount.PlantAsync(
            kind, ConsoleFiles.PathOf(host.Options.ConsolesFolder, machine), roots.SecretFile);
        var own = SecretAsNow();
        var failure = await Assert.ThrowsAsync<HypervisorException>(
            () => hypervisor.ReadConsoleAsync(machine, 1000, Token).WaitAsync(Patience, Token));
        Assert.Equal(HypervisorFailure.NotSupported, failure.Failure);
        await Task.Run(new ConsoleFiles(host.Options).TrimAll, Token).WaitAsync(Patience, Token);
        await hypervisor.UndefineAsync(machine, Token).WaitAsync(Patience, Token);
        Assert.Equal(own, SecretAsNow());
    }

    [Fact]
    public async Task A_huge_console_is_read_and_cut_at_its_end_and_a_link_to_a_machines_own_is_none()
    {
        await using var host = new PrivateHost();
        await using var hypervisor = host.Connect();
        await hypervisor.Connected.WaitAsync(Patience, Token);
        var (machine, other) = (Guid.NewGuid(), Guid.NewGuid());
        var file = ConsoleFiles.PathOf(host.Options.ConsolesFolder, machine);
        var link = ConsoleFiles.PathOf(host.Options.ConsolesFolder, other);
        await HostileAccount.PlantAsync("huge file", file, "");
        await HostileAccount.RunAsync("printf end >> \"$1\"; ln -s \"$1\" \"$2\"", file, link);
        Assert.Equal("end", await hypervisor.ReadConsoleAsync(machine, 3, Token).WaitAsync(Patience, Token));
        await Assert.ThrowsAsync<HypervisorException>(() => hypervisor.ReadConsoleAsync(other, 3, Token));
        await Task.Run(new ConsoleFiles(host.Options).TrimAll, Token).WaitAsync(Patience, Token);
        Assert.InRange(new FileInfo(file).Length, 3, host.Options.ConsoleBytes);
    }

    [Fact]
    public async Task No_process_of_another_account_is_taken_for_the_daemon_and_ended()
    {
        await using var host = new PrivateHost();
        await host.Daemon.EnsureAsync(Token);
        // As an editor would be: root's process with the name of the settings file among its arguments.
        using var editor = Process.Start("tail", ["-f", "/dev/null", InLibvirt(host, "libvirtd.conf")]);
        try
        {
            var file = InLibvirt(host, "r/libvirtd.pid");
            var own = await File.ReadAllTextAsync(file, Token);
            await PutAsync(editor.Id.ToString(CultureInfo.InvariantCulture));
            Assert.Null(host.Daemon.Process);
            await host.Daemon.StopAsync(Token);
            Assert.False(editor.HasExited);
            await PutAsync(own);
            Assert.NotNull(host.Daemon.Process);

            Task PutAsync(string content) => HostileAccount.RunAsync("printf %s \"$2\" > \"$1\"", file, content);
        }
        finally
        {
            editor.Kill();
        }
    }

    [Fact]
    public async Task No_socket_elsewhere_is_connected_to_through_a_link()
    {
        await using var host = new PrivateHost();
        await host.Daemon.EnsureAsync(Token);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var rootsSocket = Path.Combine(roots.Folder, "socket");
        listener.Bind(new UnixDomainSocketEndPoint(rootsSocket));
        listener.Listen();
        var place = InLibvirt(host, "r/libvirt-sock");
        await HostileAccount.RunAsync("mv \"$1\" \"$1.kept\"; ln -s \"$2\" \"$1\"", place, rootsSocket);
        await using (var hypervisor = host.Connect())
        {
            var call = hypervisor.ListMachinesAsync(Token).WaitAsync(Patience, Token);
            await Task.WhenAny(call);
            await HostileAccount.RunAsync("mv -f \"$1.kept\" \"$1\"", place);
            Assert.False(listener.Poll(0, SelectMode.SelectRead), "somebody connected");
            var failure = await Assert.ThrowsAsync<HypervisorException>(() => call);
            Assert.Equal(HypervisorFailure.Unavailable, failure.Failure);
        }
        await using var later = host.Connect();
        await later.Connected.WaitAsync(Patience, Token);
        Assert.Empty(await later.ListMachinesAsync(Token));
    }

    [Fact]
    public async Task A_short_link_that_another_account_made_is_made_anew()
    {
        await using var host = new PrivateHost(
            "a-folder-whose-name-is-much-too-long-for-the-path-of-a-socket-beneath-it-");
        await StartOnceAsync(host);
        await host.Daemon.EnsureAsync(Token);
        var libvirt = Path.Combine(host.Options.Folder, "libvirt");
        var link = Directory.EnumerateDirectories("/run", "kiroku-*")
            .Single(found => new DirectoryInfo(found).LinkTarget == libvirt);
        await host.Daemon.StopAsync(Token);
        Directory.CreateSymbolicLink(link, libvirt);
        await Commands.RunAsync("chown", "-h", "nobody", link);
        await host.Daemon.EnsureAsync(Token);
        Assert.Equal("0", (await Commands.RunAsync("stat", "-c", "%u", link)).Trim());
    }

    [Fact]
    public async Task A_folder_of_the_version_before_is_taken_over_while_its_machines_run_on()
    {
        await using var host = new PrivateHost();
        await using var hypervisor = host.Connect();
        await hypervisor.Connected.WaitAsync(Patience, Token);
        var (machine, image) = (Guid.NewGuid(), Path.Combine(roots.Folder, "image"));
        await using (var file = File.OpenWrite(image)) file.SetLength(1 << 20);
        await hypervisor.ImportVolumeAsync("base", image, VolumeFormat.Raw, null, Token);
        await hypervisor.CreateOverlayAsync("disk", "base", VolumeFormat.Raw, 8 << 20, Token);
        await hypervisor.DefineAsync(new MachineSpec(machine, "taken over", 1, 64, "disk"), Token);
        await hypervisor.StartAsync(machine, Token);
        var qemu = host.QemuOf(machine);
        await hypervisor.DisposeAsync();
        await HostileAccount.OwnSettingsAsync(host.Options);
        await Commands.SignalAsync("KILL", host.Daemon.Process!.Id);
        await using var later = host.Connect();
        await later.Connected.WaitAsync(Patience, Token);
        Assert.Equal(MachineState.Running, await later.GetStateAsync(machine, Token));
        Assert.Equal(qemu, host.QemuOf(machine));
        foreach (var folder in new[] { "c", "c/libvirt" })
            Assert.Equal("0 755", (await Commands.RunAsync("stat", "-c", "%u %a", InLibvirt(host, folder))).Trim());
        await later.UndefineAsync(machine, Token);
        Assert.False(RealParts.Runs(qemu));
    }

    /// <summary>Lets a daemon make its folders, and ends it.</summary>
    private static async Task StartOnceAsync(PrivateHost host)
    {
        await host.Daemon.EnsureAsync(Token);
        await host.Daemon.StopAsync(Token);
    }

    private static string InLibvirt(PrivateHost host, string place)
        => Path.Combine(host.Options.Folder, "libvirt", place);

    private (string Content, UnixFileMode Mode, DateTime Written) SecretAsNow() => (
        File.ReadAllText(roots.SecretFile), File.GetUnixFileMode(roots.SecretFile),
        File.GetLastWriteTimeUtc(roots.SecretFile));
}
