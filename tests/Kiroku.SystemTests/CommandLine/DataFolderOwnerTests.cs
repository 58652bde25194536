using System.Diagnostics;
using Kiroku.CommandLine;
using Kiroku.SystemTests.Hypervisors;
using Commands = Kiroku.SystemTests.Hypervisors.Commands;

namespace Kiroku.SystemTests.CommandLine;

/// <summary>A data folder in which another account may write is refused by serve and down.</summary>
public sealed class DataFolderOwnerTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("owner");

    public DataFolderOwnerTests() => RealParts.RequireRoot();

    private string Data => Path.Combine(folder.FullName, "data");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Down_ends_no_process_that_another_accounts_folder_names()
    {
        using var victim = Process.Start("sleep", ["1000"]);
        try
        {
            using (new DataFolder(Data).Take())
            {
                var process = RunningProcess.Find(victim.Id)!;
                await File.WriteAllTextAsync(
                    Path.Combine(Data, "service.pid"), $"{process.Id} {process.StartTime}\n", Token);
            }

            await Commands.RunAsync("chown", "-R", "nobody", Data);
            var refusal = await Assert.ThrowsAsync<UsageException>(() => DownCommand.RunAsync(Data, Token));
            Assert.Contains("another account", refusal.Message, StringComparison.Ordinal);
            Assert.False(victim.HasExited);
        }
        finally
        {
            victim.Kill();
        }
    }

    [Theory]
    [InlineData("chown nobody $1")]
    [InlineData("chmod o+w $1")]
    [InlineData("chmod o+w ${1%/*}")]
    [InlineData("chown nobody ${1%/*}")]
    [InlineData("chgrp nogroup $1; chmod g+w $1")]
    [InlineData("mv $1 $1.there; ln -s $1.there $1; chown -h nobody $1")]
    public async Task A_folder_that_others_may_write_or_move_is_refused(string change)
    {
        var data = new DataFolder(Data);
        data.Take().Dispose();
        data.Take().Dispose();
        await Commands.RunAsync("sh", "-c", change, "sh", Data);
        Assert.Throws<UsageException>(() => data.Take());
        Assert.Throws<UsageException>(data.Require);
    }

    [Fact]
    public async Task Nobody_else_can_hold_the_lock()
    {
        Directory.CreateDirectory(Data);
        await File.WriteAllTextAsync(Path.Combine(Data, "lock"), "", Token);
        new DataFolder(Data).Take().Dispose();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Data, "lock")));
    }
}
