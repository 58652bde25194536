using System.CommandLine;

namespace Kiroku.CommandLine;

/// <summary>The options that say which service is meant, shared by the commands.</summary>
internal sealed class ServiceOptions
{
    private readonly Option<string?> data = new("--data") { Description = "Folder for everything that is kept.", HelpName = "DIR" };
    private readonly Option<string> listen = new("--listen")
    {
        Description = "Address to answer on; port 0 takes a free one.",
        HelpName = "URL",
        DefaultValueFactory = _ => "http://127.0.0.1:8774",
    };
    private readonly Option<string?> hypervisor = new("--hypervisor")
    {
        Description = "libvirt URI. Default: qemu:///system if it answers, else a private libvirtd. test:///default runs nothing real.",
        HelpName = "URI",
    };
    private readonly Option<string?> host = new("--host") { Description = "Name of this host as administrators see it.", HelpName = "NAME" };

    public void AddTo(Command command)
    {
        command.Options.Add(data);
        command.Options.Add(listen);
        command.Options.Add(hypervisor);
        command.Options.Add(host);
    }

    public ServiceSettings Read(ParseResult parsed)
    {
        var settings = new ServiceSettings
        {
            DataDirectory = Path.GetFullPath(parsed.GetValue(data) ?? DefaultDataDirectory()),
            Listen = parsed.GetValue(listen)!,
            Hypervisor = parsed.GetValue(hypervisor),
        };
        return parsed.GetValue(host) is { Length: > 0 } name ? settings with { Host = name } : settings;
    }

    /// <summary>/var/lib/kiroku for root, whose machines run under an account that must reach it; else the user's own.</summary>
    private static string DefaultDataDirectory() => Environment.IsPrivilegedProcess
        ? "/var/lib/kiroku"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "kiroku");
}
