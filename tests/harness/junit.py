"""Writes results of tests as JUnit's XML, which systems for continuous integration read."""
import re
import xml.etree.ElementTree as xml

INVALID = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # characters that XML forbids


def text(value):
    return INVALID.sub(lambda found: f"\\x{ord(found[0]):02x}", value)


def add_case(suite, outcome):
    group, _, name = outcome.test.name.partition("/")
    case = xml.SubElement(suite, "testcase", classname=text(group), name=text(name), time=f"{outcome.seconds:.3f}")
    for what, details in outcome.failures:
        xml.SubElement(case, "failure", message=text(what)).text = text(details)


def document(outcomes):
    failed = sum(bool(outcome.failures) for outcome in outcomes)
    totals = {"tests": str(len(outcomes)), "failures": str(failed), "errors": "0",
              "time": f"{sum(outcome.seconds for outcome in outcomes):.3f}"}
    root = xml.Element("testsuites", totals)
    suite = xml.SubElement(root, "testsuite", name="tally", **totals)
    for outcome in outcomes:
        add_case(suite, outcome)
    return xml.tostring(root, encoding="utf-8", xml_declaration=True)
