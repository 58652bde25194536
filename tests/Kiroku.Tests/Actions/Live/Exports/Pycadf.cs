using System.Diagnostics;
using System.Globalization;

namespace Kiroku.Tests.Actions.Live.Exports;

/// <summary>OpenStack's own library for CADF, as Debian has it (python3-pycadf).</summary>
internal static class Pycadf
{
    private const string Python = "/usr/bin/python3";
    private const string Package = "/usr/lib/python3/dist-packages/pycadf/event.py";

    /// <summary>Makes each event anew of its parts, checks all of them, and compares.</summary>
    private const string Script = """
        import datetime, json, sys, warnings
        from pycadf import attachment, event, reason, resource, timestamp
        warnings.simplefilter("error")

        def to_resource(fields):
            known = {key: fields[key] for key in ("id", "typeURI", "name", "ref") if key in fields}
            made = resource.Resource(**known)
            for key in fields.keys() - known.keys():
                setattr(made, key, fields[key])
            assert made.is_valid(), fields
            return made

        count = 0
        for line in sys.stdin:
            fields = json.loads(line)
            made = event.Event(
                eventType=fields["eventType"], id=fields["id"], eventTime=fields["eventTime"], action=fields["action"],
                outcome=fields["outcome"], initiator=to_resource(fields["initiator"]),
                target=to_resource(fields["target"]), observer=to_resource(fields["observer"]),
                reason=reason.Reason(**fields["reason"]))
            for part in fields["attachments"]:
                made.add_attachment(attachment.Attachment(**part))
            assert made.is_valid(), fields
            assert made.as_dict() == fields, (made.as_dict(), fields)
            datetime.datetime.strptime(fields["eventTime"], timestamp.TIME_FORMAT)
            count += 1
        print(count)
        """;

    /// <returns>How many events there are, all of them as the library wants them.</returns>
    public static async Task<int> CheckAsync(string lines)
    {
        Require();
        var start = new ProcessStartInfo(Python, ["-c", Script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var python = Process.Start(start)!;
        var (output, errors) = (python.StandardOutput.ReadToEndAsync(), python.StandardError.ReadToEndAsync());
        await python.StandardInput.WriteAsync(lines);
        python.StandardInput.Close();
        await python.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(python.ExitCode == 0, await errors);
        return int.Parse(await output, CultureInfo.InvariantCulture);
    }

    private static void Require()
    {
        if (File.Exists(Package))
            return;
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail($"missing: {Package}");
        Assert.Skip($"missing: {Package}");
    }
}
