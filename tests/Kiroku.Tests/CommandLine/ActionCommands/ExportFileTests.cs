using System.Diagnostics;
using Kiroku.Tests.Actions;
using Kiroku.Tests.Actions.Live.Exports;

namespace Kiroku.Tests.CommandLine.ActionCommands;

/// <summary>What an export does to what is there already under the name that it is given.</summary>
public sealed class ExportFileTests(History history) : IClassFixture<History>, IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Desk desk = Desk.With(history.Running.Cloud.App);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string PathOf(string name) => Path.Combine(desk.Folder, name);

    public void Dispose() => desk.Dispose();

    [Fact]
    public async Task A_new_file_is_the_account_s_alone_and_an_old_one_keeps_its_permissions()
    {
        var (made, old) = (PathOf("made"), PathOf("old"));
        await File.WriteAllTextAsync(old, "old", Token);
        File.SetUnixFileMode(old, Private | UnixFileMode.GroupRead);

        (await desk.RunAsync("export", "-o", made)).Well();
        (await desk.RunAsync("export", "-o", old)).Well();

        Assert.Equal(Private, File.GetUnixFileMode(made));
        Assert.Equal(Private | UnixFileMode.GroupRead, File.GetUnixFileMode(old));
        Assert.Equal(await ExpectedAsync(), await File.ReadAllTextAsync(old, Token));
    }

    [Fact]
    public async Task A_link_stays_and_the_file_that_it_leads_to_is_replaced()
    {
        var (link, target) = (PathOf("link"), PathOf("target"));
        await File.WriteAllTextAsync(target, "old", Token);
        File.CreateSymbolicLink(link, "target");

        (await desk.RunAsync("export", "-o", link)).Well();

        Assert.Equal("target", new FileInfo(link).LinkTarget);
        Assert.Equal(await ExpectedAsync(), await File.ReadAllTextAsync(target, Token));
    }

    [Fact]
    public async Task A_pipe_is_written_to_and_stays_one()
    {
        var pipe = PathOf("pipe");
        using (var made = Process.Start("mkfifo", [pipe]))
            await made.WaitForExitAsync(Token);
        var reading = Task.Run(() => File.ReadAllTextAsync(pipe, Token), Token);

        (await desk.RunAsync("export", "-o", pipe)).Well();

        Assert.Equal(await ExpectedAsync(), await reading);
        Assert.False(FileStatus.Of(pipe).IsRegular);
        Assert.Equal([pipe], Directory.GetFileSystemEntries(desk.Folder));
    }

    [Fact]
    public async Task No_name_is_misuse()
    {
        var said = await desk.RunAsync("export", "-o", "");
        Assert.Equal(2, said.ExitCode);
        Assert.Contains("--output is the name of a file, or -", said.Error, StringComparison.Ordinal);
    }

    private Task<string> ExpectedAsync() => Exported.TextAsync(history.Running.Cloud.Demo, "");
}
