using Kiroku.Hypervisors.Libvirt.Machines;
using Kiroku.SystemTests.Service;

namespace Kiroku.SystemTests.Hypervisors;

/// <summary>The API's answer for a console that the machines' account replaced by something else.</summary>
public sealed class HostileConsoleTests(TestService service) : ServiceTests(service), IClassFixture<TestService>
{
    private const string Read = """{"os-getConsoleOutput": {} }""";

    [LongFact("HostileAccountTests has the door itself")]
    public async Task A_console_that_was_swapped_is_404_through_restarts_and_its_server_can_be_deleted()
    {
        using var roots = new RootsOwn();
        var server = await NewServerAsync();
        var file = ConsoleFiles.PathOf(Path.Combine(Service.Data, "consoles"), server.Id);
        foreach (var kind in new[] { "link", "pipe", "folder" })
        {
            await HostileAccount.PlantAsync(kind, file, roots.SecretFile, "kiroku");
            var answer = await server.TryAsync(Read);
            Assert.Equal((404, true), (answer.Status, answer.Text.Contains("itemNotFound", StringComparison.Ordinal)));
        }
        await HostileAccount.PlantAsync("link", file, roots.SecretFile, "kiroku");
        await Service.KillAsync();
        await Service.EnsureStartedAsync();
        Assert.Equal(404, (await server.TryAsync(Read)).Status);
        await server.DeleteAsync();
        roots.AssertUntouched();
    }
}
